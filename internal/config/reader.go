package config

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Reader reads settings through kong, which by itself stops at the first value that it cannot read and quotes it.
// A Reader notes such values instead, so that [Reader.Check] can tell them together with all the others.
type Reader struct {
	// CheckSigningKeys tells what is wrong with the content of a signing-key file; nil: only its form is looked at.
	CheckSigningKeys func(pem []byte) error

	unreadable map[*kong.Value]error
}

// NewReader returns a reader for one run of a kong parser.
func NewReader() *Reader {
	return &Reader{unreadable: map[*kong.Value]error{}}
}

// Options teaches a kong parser to read settings.
func (r *Reader) Options() []kong.Option {
	return []kong.Option{
		kong.KindMapper(reflect.Bool, switchMapper{mapper[bool]{r, parseBool}}),
		kong.KindMapper(reflect.String, mapper[string]{r, parseText}),
		kong.KindMapper(reflect.Int, mapper[int]{r, parseInt}),
		kong.KindMapper(reflect.Float64, mapper[float64]{r, parseRatio}),
		kong.TypeMapper(reflect.TypeFor[time.Duration](), mapper[time.Duration]{r, parseDuration}),
		kong.TypeMapper(reflect.TypeFor[slog.Level](), mapper[slog.Level]{r, parseLevel}),
		kong.TypeMapper(reflect.TypeFor[Networks](), mapper[Networks]{r, ParseNetworks}),
		kong.TypeMapper(reflect.TypeFor[ForwardedHeader](), mapper[ForwardedHeader]{r, parseForwardedHeader}),
		kong.TypeMapper(reflect.TypeFor[LogFormat](), mapper[LogFormat]{r, parseLogFormat}),
		kong.TypeMapper(reflect.TypeFor[Origins](), mapper[Origins]{r, ParseOrigins}),
		kong.TypeMapper(reflect.TypeFor[SameSite](), mapper[SameSite]{r, parseSameSite}),
		kong.TypeMapper(reflect.TypeFor[DatabaseURL](), mapper[DatabaseURL]{r, ParseDatabaseURL}),
		kong.TypeMapper(reflect.TypeFor[CollectorURL](), mapper[CollectorURL]{r, ParseCollectorURL}),
		kong.TypeMapper(reflect.TypeFor[Secrets](), mapper[Secrets]{r, ParseSecrets}),
		kong.TypeMapper(reflect.TypeFor[PEMFile](), mapper[PEMFile]{r, r.readPEMFile}),
	}
}

// mapper reads values of one type. A value that it cannot read is noted and left zero; its first mistake stays noted,
// also when a flag replaces a variable.
type mapper[T any] struct {
	reader *Reader
	parse  func(string) (T, error)
}

// Decode implements [kong.Mapper].
func (m mapper[T]) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	token := ctx.Scan.Pop()
	if !token.IsValue() {
		return errors.New("needs a value")
	}
	value, err := m.parse(fmt.Sprint(token.Value))
	if err != nil {
		if m.reader.unreadable[ctx.Value] == nil {
			m.reader.unreadable[ctx.Value] = err
		}
		return nil
	}
	target.Set(reflect.ValueOf(value).Convert(target.Type()))
	return nil
}

// switchMapper reads flags that may stand without a value.
type switchMapper struct{ mapper[bool] }

// IsBool implements [kong.BoolMapper].
func (switchMapper) IsBool() bool { return true }

// Decode implements [kong.Mapper].
func (m switchMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		target.SetBool(true)
		return nil
	}
	return m.mapper.Decode(ctx, target)
}

func parseText(s string) (string, error) { return s, nil }

func parseBool(s string) (bool, error) {
	value, err := strconv.ParseBool(s)
	if err != nil {
		return false, fmt.Errorf("%q is neither true nor false", s)
	}
	return value, nil
}

func parseInt(s string) (int, error) {
	value, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", s)
	}
	return value, nil
}

func parseRatio(s string) (float64, error) {
	value, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(value) {
		return 0, fmt.Errorf("%q is not a number such as 0.1", s)
	}
	return value, nil
}

func parseDuration(s string) (time.Duration, error) {
	value, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration such as 10s, 15m or 168h", s)
	}
	return value, nil
}

func parseLevel(s string) (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s)); err != nil {
		return 0, fmt.Errorf("%q is not one of debug, info, warn, error", s)
	}
	return level, nil
}

func parseLogFormat(s string) (LogFormat, error) {
	switch format := LogFormat(strings.ToLower(s)); format {
	case LogText, LogJSON:
		return format, nil
	default:
		return "", fmt.Errorf("%q is not one of text, json", s)
	}
}
