package password

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/alexedwards/argon2id"
)

// Config says what a hash costs and how many are made at a time. The zero value is the recommended one.
type Config struct {
	// MemoryKiB is the memory that one hash fills, in KiB: at least 8 for each lane, at most 1 GiB. 0 is 19456, which
	// with the other defaults is the OWASP Password Storage Cheat Sheet's first choice for Argon2id.
	MemoryKiB uint32
	// Iterations is the number of passes over that memory, at most 64; 0 is 2.
	Iterations uint32
	// Parallelism is the number of lanes, each worked on by its own goroutine; 0 is 1.
	Parallelism uint8

	// Concurrency is how many hashes are made at a time; 0 is one for each core that Go may use. It bounds the memory
	// too: that many times MemoryKiB.
	Concurrency int
	// MaxQueue is how many more may wait for their turn; 0 is 64 for each that runs.
	MaxQueue int
	// MaxWait is how long each of them waits at most; 0 is 2 s.
	MaxWait time.Duration

	// Watch is called with the context of whoever asked for a hash when that begins, and what it returns when it is done;
	// both return at once. nil: nobody watches.
	Watch func(context.Context) (done func())
}

// Hasher makes and compares password hashes. It is safe for concurrent use.
type Hasher struct {
	params argon2id.Params
	decoy  string
	gate   *gate
	watch  func(context.Context) (done func())
}

// Result is what a comparison found out.
type Result struct {
	// Match is true when the password is the one that was hashed.
	Match bool
	// Outdated is true when the stored hash has another cost than new ones get: on a match, hash the password anew.
	Outdated bool
}

// NewHasher returns a hasher, or an error that names the setting which is out of range. It hashes nothing.
func NewHasher(cfg Config) (*Hasher, error) {
	if cfg.Concurrency < 0 || cfg.MaxQueue < 0 || cfg.MaxWait < 0 {
		return nil, errors.New("make a password hasher: concurrency, queue and wait must not be negative")
	}
	params := argon2id.Params{
		Memory:      cmp.Or(cfg.MemoryKiB, 19456),
		Iterations:  cmp.Or(cfg.Iterations, 2),
		Parallelism: cmp.Or(cfg.Parallelism, 1),
		SaltLength:  16,
		KeyLength:   32,
	}
	if err := checkCost(params); err != nil {
		return nil, fmt.Errorf("make a password hasher: %w", err)
	}
	concurrency := cmp.Or(cfg.Concurrency, runtime.GOMAXPROCS(0))
	return &Hasher{
		params: params,
		decoy:  newDecoy(params),
		gate:   newGate(concurrency, cmp.Or(cfg.MaxQueue, 64*concurrency), cmp.Or(cfg.MaxWait, 2*time.Second)),
		watch:  cfg.Watch,
	}, nil
}

// Hash returns the hash of the password under a fresh salt, as a PHC string. It fails with [ErrTooLong], because such
// a password could never be verified, and with [ErrBusy]; the rest of the policy is left to [Check].
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	normalized, err := normalize(password)
	if err != nil {
		return "", err
	}
	var phc string
	err = h.run(ctx, func() (err error) {
		phc, err = argon2id.CreateHash(normalized, &h.params)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return phc, nil
}

// Verify compares the password with a stored hash, in constant time. A password that is too long does not match, at
// the same cost as any other. It fails with [ErrBusy], and with [ErrMalformedHash] before any work is done.
func (h *Hasher) Verify(ctx context.Context, password, phc string) (Result, error) {
	if err := checkPHC(phc); err != nil {
		return Result{}, fmt.Errorf("verify a password: %w", err)
	}
	normalized, tooLong := normalize(password)
	var result Result
	err := h.run(ctx, func() error {
		match, params, err := argon2id.CheckHash(normalized, phc)
		if err != nil {
			return err
		}
		result = Result{Match: match && tooLong == nil, Outdated: *params != h.params}
		return nil
	})
	if err != nil {
		return Result{}, fmt.Errorf("verify a password: %w", err)
	}
	return result, nil
}

// VerifyUnknown costs what [Hasher.Verify] costs for a wrong password and an up-to-date hash. It is for usernames that
// do not exist, so that the time of an answer does not tell them from those that do (ASVS 5.0, 6.3.8). It fails with
// [ErrBusy] only.
func (h *Hasher) VerifyUnknown(ctx context.Context, password string) error {
	_, err := h.Verify(ctx, password, h.decoy)
	return err
}

// run does the work when its turn comes.
func (h *Hasher) run(ctx context.Context, work func() error) error {
	if h.watch == nil {
		return h.gate.run(ctx, work)
	}
	return h.gate.run(ctx, func() error {
		defer h.watch(ctx)()
		return work()
	})
}

// Load is how many hashes are being made or compared, and how many wait for their turn.
func (h *Hasher) Load() (running, waiting int) { return h.gate.load() }
