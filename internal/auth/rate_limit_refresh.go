package auth

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// maxLimitedAddresses bounds what a process remembers; an address that falls out begins anew.
const maxLimitedAddresses = 16_384

// addressRates bound how often each address may do something at this process. They ask no database: a refresh is too
// cheap to be counted there, and needs no more than to be kept from being flooded. They are safe for concurrent use.
type addressRates struct {
	perMinute int
	limiters  *lru.Cache[string, *rate.Limiter]
}

func newAddressRates(perMinute int) *addressRates {
	limiters, err := lru.New[string, *rate.Limiter](maxLimitedAddresses)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &addressRates{perMinute: perMinute, limiters: limiters}
}

// take returns a [*RateLimitedError] when the address has used its rate up.
func (r *addressRates) take(address string, now time.Time) error {
	if r.perMinute == 0 {
		return nil
	}
	limiter := r.limiter(address)
	if limiter.AllowN(now, 1) {
		return nil
	}
	missing := 1 - limiter.TokensAt(now)
	wait := time.Duration(missing * float64(time.Minute) / float64(r.perMinute))
	return &RateLimitedError{RetryAfter: max(time.Millisecond, wait.Round(time.Millisecond))}
}

func (r *addressRates) limiter(address string) *rate.Limiter {
	if limiter, ok := r.limiters.Get(address); ok {
		return limiter
	}
	fresh := rate.NewLimiter(rate.Limit(float64(r.perMinute)/60), r.perMinute)
	if faster, ok, _ := r.limiters.PeekOrAdd(address, fresh); ok {
		return faster
	}
	return fresh
}
