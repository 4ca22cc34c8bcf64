package auth

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/token"
	"daypass/models"
)

// BenchmarkAuthenticate sets the check of an access token beside the same without the feed, among 10,000 revocations.
// They take turns, so that the drift of the machine cancels. The figure to read is the ratio.
func BenchmarkAuthenticate(b *testing.B) {
	s, ctx := benchService(b)
	with := func() error {
		_, err := s.Authenticate(ctx)
		return err
	}
	without := func() error {
		caller, err := s.callerOf(RequestFrom(ctx).AccessToken)
		s.uses.note(caller.sessionKey(), caller.Generation)
		return err
	}
	const slice = 1000
	var spentWith, spentWithout time.Duration
	done := 0
	for b.Loop() {
		spentWith += timeOf(b, slice, with)
		spentWithout += timeOf(b, slice, without)
		done += slice
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(spentWith.Nanoseconds())/float64(done), "ns/with-feed")
	b.ReportMetric(float64(spentWithout.Nanoseconds())/float64(done), "ns/without")
	b.ReportMetric(spentWith.Seconds()/spentWithout.Seconds(), "ratio")
}

func timeOf(b *testing.B, n int, work func() error) time.Duration {
	began := time.Now()
	for range n {
		if err := work(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}

// BenchmarkAuthenticateParallel is the same on all processors.
func BenchmarkAuthenticateParallel(b *testing.B) {
	s, ctx := benchService(b)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Authenticate(ctx); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// benchService knows 10,000 revocations, and the context bears a token that is none of them.
func benchService(b *testing.B) (*Service, context.Context) {
	b.Helper()
	keys, err := token.NewKeySet([]string{"a secret of at least thirty-two bytes"}, nil)
	require.NoError(b, err)
	tokens, err := token.NewCodec(token.Config{Issuer: "https://daypass.test", Audience: "daypass", Keys: keys, Now: time.Now})
	require.NoError(b, err)
	s := New(Config{AccessTokenTTL: 15 * time.Minute}, nil, tokens, nil)
	now := time.Now()
	newSession := func() models.SessionID {
		id, err := models.NewSessionID(now)
		require.NoError(b, err)
		return id
	}
	for range 10_000 {
		id := newSession()
		s.revoked.add([]models.Revocation{{SessionID: &id, ExpiresAt: now.Add(time.Hour)}})
	}
	s.revoked.polledSince(now.Add(time.Hour))
	user, err := models.NewUserID(now)
	require.NoError(b, err)
	access, err := tokens.MintAccess(token.AccessClaims{
		Subject: user.String(), SessionID: newSession().String(), Generation: 1, Role: string(models.RoleUser),
		IssuedAt: now, ExpiresAt: now.Add(15 * time.Minute),
	})
	require.NoError(b, err)
	return s, WithRequest(context.Background(), Request{AccessToken: access})
}
