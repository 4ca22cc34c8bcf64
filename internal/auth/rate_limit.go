package auth

import (
	"fmt"
	"time"
)

// Limits is how much may be tried before waits begin (OWASP ASVS 5.0 6.3.1). In each field 0 sets no limit, so the zero
// value limits nothing: whoever wires a [Service] says what it wants. Addresses are counted by what one client holds, an
// IPv4 address or an IPv6 network of 64 bits; clients whose address is unknown count as one.
//
// How many guesses the numbers of the configuration's defaults leave to an attacker, per day:
//
//	one account from one address      5 free, 110 on the first day,  96 on each further one
//	one account from anywhere        20 free, 173 on the first day, 144 on each further one
//	one address, any accounts       100 free, 2,984 on the first day, 2,880 on each further one
//
// Behind several replicas, asked at the same moments, as many times that at most.
//
// No single address can make the others wait for an account: it is slowed before it fills what it shares with them.
// Whoever sends the token of a device on which the account signed in before is counted by itself alone, as in the first
// line, and neither waits for strangers nor makes them wait.
type Limits struct {
	// FailuresPerClient is how many wrong passwords for one account from one address, or from one known device, or in
	// place of the current password of one session, are free. One is forgotten in 15 minutes.
	FailuresPerClient int
	// FailuresPerAccount is how many for one account from all addresses together are free, those of known devices aside.
	// One is forgotten in 10 minutes.
	FailuresPerAccount int
	// FailuresPerAddress is how many from one address for all accounts together are free. One is forgotten in 30 seconds.
	FailuresPerAddress int
	// RegistrationsPerAddress is how often an hour one address may try to register.
	RegistrationsPerAddress int
	// RefreshesPerAddress is how often a minute one address may refresh, at each replica. A minute's worth may come at once.
	RefreshesPerAddress int
}

// RateLimitedError means too many attempts. Nothing is known to be wrong with what was presented, and nothing was done
// with it: a refresh token is as good as before.
type RateLimitedError struct {
	// RetryAfter is how long the caller has to wait.
	RetryAfter time.Duration
}

func (e *RateLimitedError) Error() string {
	return fmt.Sprintf("too many attempts: wait %s", e.RetryAfter)
}

func (l Limits) perClient() throttlePolicy {
	return throttlePolicy{free: l.FailuresPerClient, leak: 15 * time.Minute, firstWait: time.Second}
}

func (l Limits) perAccount() throttlePolicy {
	return throttlePolicy{free: l.FailuresPerAccount, leak: 10 * time.Minute, firstWait: time.Second}
}

func (l Limits) perAddress() throttlePolicy {
	return throttlePolicy{free: l.FailuresPerAddress, leak: 30 * time.Second, firstWait: time.Second}
}

// registrations spreads an hour's worth evenly once it is used up.
func (l Limits) registrations() throttlePolicy {
	if l.RegistrationsPerAddress == 0 {
		return throttlePolicy{}
	}
	each := max(time.Millisecond, (time.Hour / time.Duration(l.RegistrationsPerAddress)).Truncate(time.Millisecond))
	return throttlePolicy{free: l.RegistrationsPerAddress, leak: each, firstWait: each}
}
