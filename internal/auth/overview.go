package auth

import (
	"context"
	"fmt"
	"time"
)

// maxBuckets is how finely an overview can be cut: a week into hours. With one line a kind in each, that is what an answer
// can have at most; the schema says so, for the limit on the cost of an operation (SecurityOverview.counts).
const maxBuckets = 168

// SecurityOverview counts for an ADMIN what happened from since, until before until, by kind and by bucket of time. The
// first bucket begins at since, without its fraction of a second. It returns an [*InputError].
func (s *Service) SecurityOverview(ctx context.Context, since, until time.Time, bucket time.Duration) ([]EventCount, error) {
	if _, err := adminFrom(ctx); err != nil {
		return nil, err
	}
	since = since.Truncate(time.Second)
	if err := checkBuckets(since, until, bucket); err != nil {
		return nil, err
	}
	counts, err := s.store.CountEvents(ctx, since, until, bucket)
	if err != nil {
		return nil, fmt.Errorf("count the events: %w", err)
	}
	return counts, nil
}

func checkBuckets(since, until time.Time, bucket time.Duration) error {
	reasons := map[string]string{}
	switch {
	case bucket < time.Second || bucket%time.Second != 0:
		reasons["bucket"] = "must be whole seconds"
	case !since.Before(until):
		reasons["until"] = "must be after since"
	case until.Sub(since) > maxBuckets*bucket:
		reasons["bucket"] = fmt.Sprintf("is too short: it would make more than %d", maxBuckets)
	default:
		return nil
	}
	return &InputError{Fields: reasons}
}
