package verify_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"daypass/verify"
)

// A service that shows rides to whoever is signed in, and takes new ones from an ADMIN only.
func Example() {
	daypass := startDaypass() // in its place: the address of yours
	defer daypass.Close()

	verifier, err := verify.New(verify.Config{
		Issuer:   "https://id.example",
		Audience: "rides",
		JWKSURL:  daypass.URL + "/.well-known/jwks.json",
	})
	if err != nil {
		panic(err)
	}
	rides := http.NewServeMux()
	rides.HandleFunc("GET /rides", func(w http.ResponseWriter, r *http.Request) {
		claims, err := verify.FromContext(r.Context())
		if err != nil { // never, inside of the middleware
			http.Error(w, "Sign in first.", http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, "the rides of %s", claims.Subject)
	})
	rides.Handle("POST /rides", verify.RequireRole(verify.RoleAdmin, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
	})))
	service := httptest.NewServer(verifier.Middleware(rides))
	defer service.Close()

	show(http.MethodGet, service.URL+"/rides", daypass.login("USER"))
	show(http.MethodPost, service.URL+"/rides", daypass.login("USER"))
	show(http.MethodPost, service.URL+"/rides", daypass.login("ADMIN"))
	show(http.MethodGet, service.URL+"/rides", "")
	// Output:
	// 200 the rides of usr_1
	// 403 Your role does not allow this. (Bearer error="insufficient_scope", error_description="Your role does not allow this.")
	// 201
	// 401 Sign in first. (Bearer)
}

// What does not speak HTTP has the token checked by itself.
func ExampleVerifier_Verify() {
	daypass := startDaypass()
	defer daypass.Close()
	verifier, err := verify.New(verify.Config{
		Issuer: "https://id.example", Audience: "rides", JWKSURL: daypass.URL + "/.well-known/jwks.json",
	})
	if err != nil {
		panic(err)
	}

	claims, err := verifier.Verify(context.Background(), daypass.login("USER"))
	fmt.Println(claims.Subject, claims.Role, claims.Role.Allows(verify.RoleAdmin), err)

	_, err = verifier.Verify(context.Background(), "a.forged.token")
	switch {
	case errors.Is(err, verify.ErrUnavailable):
		fmt.Println("try again shortly")
	case errors.Is(err, verify.ErrExpired):
		fmt.Println("refresh it")
	case err != nil:
		fmt.Println(errors.Is(err, verify.ErrInvalid))
	}
	// Output:
	// usr_1 USER false <nil>
	// true
}
