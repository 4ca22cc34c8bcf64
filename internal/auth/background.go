package auth

import (
	"context"
	"sync"
)

// Run does what has to be done beside the requests until ctx ends: it reads revocations, confirms uses and cleans up.
// Call [Service.LoadRevocations] before.
func (s *Service) Run(ctx context.Context) {
	var work sync.WaitGroup
	for _, task := range []func(context.Context){s.WatchRevocations, s.ConfirmUses, s.CleanUp} {
		work.Go(func() { task(ctx) })
	}
	work.Wait()
}
