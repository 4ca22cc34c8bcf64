package main

import (
	"daypass/bench/stage"
	"daypass/models"
)

// journal is what a client was told of its sessions, in order; the last one is the current.
type journal struct {
	sessions []*toldSession
	// surprises are answers that the rules do not foresee.
	surprises []string
}

// toldSession is what was answered about one session.
type toldSession struct {
	id models.SessionID
	// byLogin is false for the one that a registration began.
	byLogin bool
	// generation is the highest that was handed out.
	generation uint64
	// leaving means that a logout was asked for, left that it was answered.
	leaving, left bool
	// robbed means that a copy of an old token was presented, and refused.
	robbed bool
	// signedOut is the reason with which its refresh token was refused.
	signedOut string
}

func (j *journal) begin(refreshToken string, byLogin bool) error {
	claims, err := stage.ReadClaims(refreshToken)
	if err != nil {
		return err
	}
	j.sessions = append(j.sessions, &toldSession{id: claims.Session, byLogin: byLogin, generation: claims.Generation})
	return nil
}

func (j *journal) current() *toldSession { return j.sessions[len(j.sessions)-1] }

// rotated notes an answer to the token that was presented, and reports whether it is newer than all before.
func (j *journal) rotated(presented, answer string) (newer bool, err error) {
	claims, err := stage.ReadClaims(answer)
	if err != nil {
		return false, err
	}
	session := j.current()
	if claims.Session != session.id {
		j.surprises = append(j.surprises, "the token of another session")
	}
	before, err := stage.ReadClaims(presented)
	if err != nil {
		return false, err
	}
	if claims.Generation <= before.Generation {
		j.surprises = append(j.surprises, "a generation that is not newer than the one presented")
	}
	newer = claims.Generation > session.generation
	session.generation = max(session.generation, claims.Generation)
	return newer, nil
}

func (j *journal) leaving() { j.current().leaving = true }

func (j *journal) left() { j.current().left = true }

func (j *journal) signedOut(reason string) { j.current().signedOut = reason }

func (j *journal) robbed() { j.current().robbed = true }
