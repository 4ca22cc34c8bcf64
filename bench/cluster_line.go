package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"daypass/bench/load"
)

// clusterLine is how one client reaches the replicas: over a connection to each, dialled anew after an error. It asks on at the
// next replica when an answer says nothing about the tokens.
type clusterLine struct {
	balancer    *balancer
	record      *clusterRecord
	connections []*keptConnection
	// at is the replica that is asked next.
	at int
}

const (
	// askLimit is how long a client goes on asking.
	askLimit = 60 * time.Second
	// askPause is what it waits before it asks again; twice as long each time, up to askPauseLimit.
	askPause      = 50 * time.Millisecond
	askPauseLimit = time.Second
)

func newClusterLine(balancer *balancer, record *clusterRecord, at int) *clusterLine {
	replicas := len(balancer.endpoints)
	return &clusterLine{
		balancer: balancer, record: record, at: at,
		connections: make([]*keptConnection, replicas),
	}
}

// keptConnection is one that is used again.
type keptConnection struct {
	*load.Connection

	hangUp context.CancelFunc
	// outages is how many the replica had when it was dialled.
	outages int64
}

// What goes wrong below GraphQL.
const (
	noConnection = "no connection"
	noAnswer     = "no answer"
	noGraphQL    = "no GraphQL"
)

// refusal is an answer that says no. Code is one of the schema's ErrorCode, or what went wrong below it.
type refusal struct{ Code, Reason string }

func (r *refusal) Error() string { return fmt.Sprintf("refused with %s %s", r.Code, r.Reason) }

// passes reports whether the same may be asked again.
func (r *refusal) passes() bool {
	switch r.Code {
	case noConnection, noAnswer, noGraphQL, "SERVICE_UNAVAILABLE", "RATE_LIMITED", "INTERNAL_SERVER_ERROR":
		return true
	default:
		return false
	}
}

// ask goes on until there is an answer about the matter, or the limit is reached. It counts the operation, and how often it was
// asked again.
func (l *clusterLine) ask(accessToken, document string, variables, data any) error {
	body, err := load.Encode(document, variables)
	if err != nil {
		return err
	}
	began, pause := time.Now(), askPause
	for {
		l.at = l.balancer.from(l.at)
		err := l.exchange(l.at, accessToken, body, data)
		refused, ok := errors.AsType[*refusal](err)
		if !ok || !refused.passes() {
			l.record.answered(time.Since(began))
			return err
		}
		l.record.failed(refused.Code)
		if time.Since(began) > askLimit {
			l.record.gaveUp()
			return err
		}
		time.Sleep(pause)
		pause = min(2*pause, askPauseLimit)
		l.at++
	}
}

// exchange sends one request to one replica.
func (l *clusterLine) exchange(replica int, accessToken string, body []byte, data any) error {
	connection, err := l.connectionTo(replica)
	if err != nil {
		return &refusal{Code: noConnection}
	}
	connection.SetHeader("Authorization", "Bearer "+accessToken)
	_, answer, err := connection.Post(body)
	if err == nil {
		return decodeAnswer(answer, data)
	}
	l.hangUp(replica)
	if errors.Is(err, load.ErrNoConnection) {
		return &refusal{Code: noConnection}
	}
	return &refusal{Code: noAnswer}
}

func decodeAnswer(answer []byte, data any) error {
	var envelope struct {
		Data   json.RawMessage
		Errors []struct {
			Extensions struct{ Code, Reason string }
		}
	}
	if err := json.Unmarshal(answer, &envelope); err != nil {
		return &refusal{Code: noGraphQL}
	}
	if len(envelope.Errors) > 0 {
		said := envelope.Errors[0].Extensions
		return &refusal{Code: said.Code, Reason: said.Reason}
	}
	return json.Unmarshal(envelope.Data, data)
}

func (l *clusterLine) connectionTo(replica int) (*keptConnection, error) {
	outages := l.balancer.outages[replica].Load()
	if kept := l.connections[replica]; kept != nil && kept.outages == outages {
		return kept, nil
	}
	l.hangUp(replica)
	ctx, hangUp := context.WithCancel(context.Background())
	header := http.Header{"Content-Type": {"application/json"}, "User-Agent": {load.UserAgent}}
	connection, err := load.Open(ctx, l.balancer.endpoints[replica], header)
	if err != nil {
		hangUp()
		return nil, err
	}
	l.connections[replica] = &keptConnection{connection, hangUp, outages}
	return l.connections[replica], nil
}

func (l *clusterLine) hangUp(replica int) {
	if kept := l.connections[replica]; kept != nil {
		kept.hangUp()
		l.connections[replica] = nil
	}
}

func (l *clusterLine) close() {
	for replica := range l.connections {
		l.hangUp(replica)
	}
}
