// Go-genqlient signs in to Daypass, rides, and logs out. Each ride is four queries at once; stay for longer than the
// access token lives, and it is refreshed in silence.
//
//	DAYPASS_PASSWORD=... go run . -username demo -rides 20 -every 1m
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/Khan/genqlient/graphql"
	"golang.org/x/sync/errgroup"

	"example.com/go-genqlient/daypass"
)

func main() {
	url := flag.String("url", "http://127.0.0.1:8080/graphql", "the API of Daypass")
	username := flag.String("username", "demo", "who signs in; the password is DAYPASS_PASSWORD")
	rides := flag.Int("rides", 1, "how often to ask")
	every := flag.Duration("every", time.Minute, "how long to wait in between")
	flag.Parse()
	if err := run(*url, *username, os.Getenv("DAYPASS_PASSWORD"), *rides, *every); err != nil {
		fmt.Fprintln(os.Stderr, wordsFor(err))
		os.Exit(1)
	}
}

func run(url, username, password string, rides int, every time.Duration) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	session := daypass.NewSession(daypass.Config{URL: url})
	if err := session.Login(ctx, username, password); err != nil {
		return err
	}
	return visit(ctx, session, rides, every, os.Stdout)
}

// visit rides, and logs out.
func visit(ctx context.Context, session *daypass.Session, rides int, every time.Duration, out io.Writer) error {
	defer func() { _ = session.Logout(context.WithoutCancel(ctx)) }() // at the latest it ends by itself
	for i := range rides {
		if i > 0 && !wait(ctx, every) {
			return nil
		}
		if err := ride(ctx, session.Client(), out); err != nil {
			return err
		}
	}
	return nil
}

func wait(ctx context.Context, pause time.Duration) bool {
	select {
	case <-time.After(pause):
		return true
	case <-ctx.Done():
		return false
	}
}

// ride asks four questions at once. When the access token is over, they make one refresh together.
func ride(ctx context.Context, client graphql.Client, out io.Writer) error {
	var me *daypass.MeResponse
	var sessions *daypass.SessionsResponse
	var latest, history *daypass.HistoryResponse
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) { me, err = daypass.Me(ctx, client); return err })
	group.Go(func() (err error) { sessions, err = daypass.Sessions(ctx, client); return err })
	group.Go(func() (err error) { latest, err = daypass.History(ctx, client, 1); return err })
	group.Go(func() (err error) { history, err = daypass.History(ctx, client, 20); return err })
	if err := group.Wait(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s (%s), %d sessions; the last event: %s\n",
		me.Me.Username, me.Me.Role, len(sessions.Sessions), latest.SecurityEvents.Nodes[0].Kind)
	for _, event := range history.SecurityEvents.Nodes {
		if event.Kind == daypass.SecurityEventKindReuseDetected {
			fmt.Fprintf(out, "On %s somebody else may have used a session of yours; it was ended. Change your password.\n",
				event.CreatedAt.Format(time.DateTime))
		}
	}
	return nil
}

// wordsFor tells the user what went wrong, and what to do.
func wordsFor(err error) string {
	var over *daypass.SignedOutError
	switch {
	case errors.As(err, &over):
		return over.Words()
	case daypass.Code(err) == "INVALID_CREDENTIALS":
		return "Unknown username or wrong password."
	case daypass.Code(err) == "RATE_LIMITED":
		return "Too many attempts. Try again later."
	default:
		return "It did not work: " + err.Error()
	}
}
