package token_test

import (
	"errors"
	"fmt"
	"time"

	"daypass/internal/token"
)

func Example() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	keys, err := token.NewKeySet([]string{"thirty-two or more random bytes!"}, nil)
	if err != nil {
		panic(err)
	}
	codec, err := token.NewCodec(token.Config{
		Issuer: "https://id.example", Audience: "https://api.example", Keys: keys,
		Now: func() time.Time { return now },
	})
	if err != nil {
		panic(err)
	}
	raw, err := codec.MintAccess(token.AccessClaims{
		Subject: "usr_mara", SessionID: "ses_phone", Generation: 1, Role: "USER",
		IssuedAt: now, ExpiresAt: now.Add(15 * time.Minute),
	})
	if err != nil {
		panic(err)
	}

	claims, err := codec.VerifyAccess(raw)
	fmt.Println(claims.Subject, claims.Role, err)
	_, err = codec.VerifyRefresh(raw)
	fmt.Println(err)
	now = now.Add(time.Hour)
	claims, err = codec.VerifyAccess(raw)
	fmt.Println(claims.SessionID, errors.Is(err, token.ErrExpired))
	// Output:
	// usr_mara USER <nil>
	// token is invalid
	// ses_phone true
}
