package auth

import "context"

// CheckCurrentPassword is what changes of an account wrap their check in.
func (s *Service) CheckCurrentPassword(ctx context.Context, caller Caller, check func(context.Context) error) error {
	return s.throttledByCaller(ctx, caller, check)
}
