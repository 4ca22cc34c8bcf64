package auth

import (
	"regexp"

	"github.com/mileusna/useragent"
)

// UnknownDevice is the name of a device whose user agent tells nothing.
const UnknownDevice = "Unknown device"

// readableName is what a name looks like to people. A user agent is whatever the client likes to send.
var readableName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 ._+-]{0,39}$`)

// DeviceName returns what people would call a device that sends this user agent, such as "Chrome on macOS", "Safari on
// iPhone", "okhttp", or [UnknownDevice]. It is never empty, and 80 ASCII characters at most.
func DeviceName(userAgent string) string {
	agent := useragent.Parse(clip(userAgent))
	platform := agent.OS
	if agent.IsIOS() {
		platform = agent.Device // iPhone and iPad say more
	}
	named := readableName.MatchString(agent.Name) && agent.Name != platform
	switch {
	case named && platform != "":
		return agent.Name + " on " + platform
	case named:
		return agent.Name
	case platform != "":
		return platform
	default:
		return UnknownDevice
	}
}
