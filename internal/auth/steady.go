package auth

import (
	"errors"
	"fmt"
)

// steadily gives no answer when the database became another server while work was under way, for that may have acted on what
// the first one told. What was written is no loss: the same request finds it done.
func (s *Service) steadily(work func() (*Pair, error)) (*Pair, error) {
	era := s.store.Era()
	pair, err := work()
	if s.store.Era() == era || errors.Is(err, ErrUnavailable) {
		return pair, err
	}
	return nil, fmt.Errorf("%w: the database is another server by now", ErrUnavailable)
}
