package tracing

import "context"

// Hashes returns a function that makes a span of each password hash, from when its turn came: it is called when the hash
// begins, and returns what to call when it is done.
func (t *Traces) Hashes() func(context.Context) (done func()) {
	if t == nil {
		return nil
	}
	return func(ctx context.Context) func() {
		if !recording(ctx) {
			return func() {}
		}
		_, span := t.tracer.Start(ctx, "argon2id")
		return func() { span.End() }
	}
}
