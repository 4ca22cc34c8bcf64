package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Mistakes is all that is wrong with a configuration, in the order of the settings.
type Mistakes []Mistake

// Mistake is one thing that is wrong with one setting. It never quotes a secret.
type Mistake struct {
	// Flag is the name of the setting on the command line, without dashes.
	Flag string
	// Variable is its name in the environment.
	Variable string
	// Reason completes a sentence that starts with the name.
	Reason string
}

// Error returns one line a mistake.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i, mistake := range m {
		lines[i] = mistake.String()
	}
	return strings.Join(lines, "\n")
}

// String returns the mistake in one line.
func (m Mistake) String() string {
	return fmt.Sprintf("%s (--%s): %s", m.Variable, m.Flag, m.Reason)
}

// checkable is a section of settings, or several, with rules of its own.
type checkable interface{ check(*checks) }

// Check returns [Mistakes] when there is something wrong with the settings of the selected command.
func (r *Reader) Check(ctx *kong.Context) error {
	c := &checks{unreadable: map[any]error{}, reasons: map[any][]string{}}
	for value, err := range r.unreadable {
		c.unreadable[field(value)] = err
	}
	if section, ok := reflect.TypeAssert[checkable](ctx.Selected().Target.Addr()); ok {
		section.check(c)
	}
	if mistakes := c.mistakes(settings(ctx)); len(mistakes) > 0 {
		return mistakes
	}
	return nil
}

// settings returns the flags of the selected command that are settings, which are those with a variable.
func settings(ctx *kong.Context) []*kong.Flag {
	return slices.DeleteFunc(ctx.Flags(), func(flag *kong.Flag) bool { return len(flag.Envs) == 0 })
}

// field returns the pointer to the field that the value is read into.
func field(value *kong.Value) any { return value.Target.Addr().Interface() }

// checks gathers reasons. A setting is named by the pointer to its field, so that the rules need no second list of
// names.
type checks struct {
	unreadable map[any]error
	reasons    map[any][]string
}

func (c *checks) mistakes(flags []*kong.Flag) Mistakes {
	var found Mistakes
	for _, flag := range flags {
		name := Mistake{Flag: flag.Name, Variable: flag.Envs[0]}
		if err := c.unreadable[field(flag.Value)]; err != nil {
			name.Reason = err.Error()
			found = append(found, name)
			continue
		}
		for _, reason := range c.reasons[field(flag.Value)] {
			name.Reason = reason
			found = append(found, name)
		}
	}
	return found
}

// fail notes why the setting is wrong.
func (c *checks) fail(setting any, format string, args ...any) {
	c.reasons[setting] = append(c.reasons[setting], fmt.Sprintf(format, args...))
}

// readable reports whether all of the settings have values to judge.
func (c *checks) readable(settings ...any) bool {
	return !slices.ContainsFunc(settings, func(s any) bool { return c.unreadable[s] != nil })
}

// within notes a duration that is out of bounds.
func (c *checks) within(setting *time.Duration, low, high time.Duration) {
	if *setting < low || *setting > high {
		c.fail(setting, "is %s; choose between %s and %s", brief(*setting), brief(low), brief(high))
	}
}

// between notes a number that is out of bounds.
func (c *checks) between(setting *int, low, high int) {
	if *setting < low || *setting > high {
		c.fail(setting, "is %d; choose between %d and %d", *setting, low, high)
	}
}

// brief writes a duration as one would type it: 15m, not 15m0s.
func brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
