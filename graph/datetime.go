package graph

import (
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// dateTimeLayout has exactly three digits of fraction, as https://scalars.graphql.org/andimarek/date-time asks.
const dateTimeLayout = "2006-01-02T15:04:05.000Z07:00"

// The years that every database here can compare, in any offset.
const firstYear, lastYear = 1970, 9998

const errFarDateTime valueError = "must be in the years 1970 to 9998"

const errNoDateTime valueError = "must be an instant in RFC 3339, such as 2026-01-31T12:34:56.789Z"

// MarshalDateTime writes an instant as the DateTime scalar, in UTC.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(t.UTC().Format(dateTimeLayout)))
	})
}

// UnmarshalDateTime reads a DateTime scalar of any offset.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, errNoDateTime
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, errNoDateTime
	}
	if t = t.UTC(); t.Year() < firstYear || t.Year() > lastYear {
		return time.Time{}, errFarDateTime
	}
	return t, nil
}
