package auth

// Meter counts for those who operate the service. Its methods are called in the middle of a use case, by many at a time:
// they return at once.
type Meter interface {
	// RefreshJudged counts what was made of an authentic refresh token, such as "rotate" or "reuse".
	RefreshJudged(verdict string)
	// Throttled counts an attempt that was told to wait, by the counter that was full: those of SecurityEventKind.THROTTLED
	// in schema.graphqls, IN_FLIGHT, REFRESH and STREAM.
	Throttled(counter string)
}

// Verdicts lists what a [Meter] may be told of refresh tokens.
func Verdicts() []string {
	var all []string
	for _, v := range []verdict{
		verdictInvalid, verdictRevoked, verdictExpired, verdictRotate, verdictAhead, verdictReplay, verdictHold, verdictReuse,
	} {
		all = append(all, string(v))
	}
	return all
}

// Counters lists those that a [Meter] may be told of.
func Counters() []string {
	all := []string{countedInFlight, countedRefresh, countedStream}
	for _, kind := range []throttleKind{
		throttleAccountAndAddress, throttleAccount, throttleAddress, throttleDevice, throttleSession, throttleRegistration,
	} {
		all = append(all, string(kind))
	}
	return all
}

// The counters that leave no events.
const (
	countedInFlight = "IN_FLIGHT"
	countedRefresh  = "REFRESH"
	countedStream   = "STREAM"
)

// noMeter counts nothing.
type noMeter struct{}

func (noMeter) RefreshJudged(string) {}
func (noMeter) Throttled(string)     {}
