package web

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"daypass/internal/auth"
)

// maxTokenBytes is far above the size of our access tokens; longer ones are not worth the work of reading them.
const maxTokenBytes = 4_096

// withRequestContext tells the domain who asks, and bounds the time that the work may take.
func withRequestContext(timeout time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		ctx = auth.WithRequest(ctx, auth.Request{
			AccessToken: bearerToken(r.Header),
			IP:          clientIP(r.RemoteAddr),
			UserAgent:   r.UserAgent(),
		})
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// bearerToken returns the token of the Authorization header (RFC 6750 section 2.1). Two headers are as good as none:
// which of them a proxy had looked at is not known.
func bearerToken(header http.Header) string {
	values := header.Values("Authorization")
	if len(values) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.Trim(token, " ")
	if !strings.EqualFold(scheme, "Bearer") || len(token) > maxTokenBytes {
		return ""
	}
	return token
}

// clientIP returns the address of the peer. Forwarding headers are not looked at: anyone can send them.
func clientIP(remoteAddr string) string {
	peer, err := netip.ParseAddrPort(remoteAddr)
	if err != nil {
		return ""
	}
	return peer.Addr().Unmap().WithZone("").String()
}
