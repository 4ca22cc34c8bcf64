package auth_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
)

const (
	chromeOnMac      = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
	newerChromeOnMac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	safariOnIPhone   = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
)

func TestDeviceName(t *testing.T) {
	for userAgent, want := range map[string]string{
		// Browsers.
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36": "Chrome on Windows",
		chromeOnMac: "Chrome on macOS",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36":                                                           "Chrome on Linux",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36":                                                  "Chrome on ChromeOS",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36":                                                 "Chrome on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1":                  "Chrome on iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.3537.57":                               "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.3537.57":                         "Edge on macOS",
		"Mozilla/5.0 (Linux; Android 10; Pixel 3 XL) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.7390.43 Mobile Safari/537.36 EdgA/141.0.3537.57":                 "Edge on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 EdgiOS/141.0.3537.60 Mobile/15E148 Safari/605.1.15": "Edge on iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0":                                                                                "Firefox on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0":                                                                            "Firefox on macOS",
		"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0":                                                                                  "Firefox on Linux",
		"Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0":                                                                                            "Firefox on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 15_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/143.0 Mobile/15E148 Safari/605.1.15":                     "Firefox on iPhone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15":                                           "Safari on macOS",
		safariOnIPhone: "Safari on iPhone",
		"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1":                                      "Safari on iPad",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":                                 "Samsung Browser on Android",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 OPR/122.0.0.0":                                       "Opera on Windows",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36":                                                       "Headless Chrome on Linux",
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)":                                                                                            "Googlebot",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148":                                                       "iPhone", // a web view
		"Mozilla/5.0 (Linux; Android 15; SM-S928B Build/AP3A.240905.015.A2; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0.7390.43 Mobile Safari/537.36": "Chrome on Android",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) TramPlan/2.1.0 Chrome/138.0.7204.185 Electron/37.2.6 Safari/537.36":                 "TramPlan on Windows",
		// Programs and libraries.
		"curl/8.16.0":             "curl",
		"Wget/1.25.0":             "Wget",
		"Go-http-client/2.0":      "Go-http-client",
		"okhttp/5.1.0":            "okhttp",
		"Dart/3.9 (dart:io)":      "Dart",
		"node":                    "node",
		"undici":                  "undici",
		"axios/1.12.2":            "axios",
		"python-requests/2.32.5":  "python-requests",
		"PostmanRuntime/7.48.0":   "PostmanRuntime",
		"Java-http-client/21.0.4": "Java-http-client",
		"TramPlan/12 CFNetwork/1568.300.101 Darwin/24.2.0":                            "TramPlan",
		"TramPlan/3.2 (com.example.tramplan; build:120; iOS 18.6.0) Alamofire/5.10.2": "TramPlan",
		// What says nothing.
		"":                                   auth.UnknownDevice,
		"Mozilla/5.0":                        auth.UnknownDevice,
		"((((":                               auth.UnknownDevice,
		"\x00\xff<script>alert(1)</script>":  auth.UnknownDevice,
		"<b>bold</b>/1.0":                    auth.UnknownDevice,
		"дом/1.0":                            auth.UnknownDevice,
		strings.Repeat("a", 41):              auth.UnknownDevice,
		strings.Repeat("Mozilla/5.0 (", 800): auth.UnknownDevice,
	} {
		require.Equal(t, want, auth.DeviceName(userAgent), userAgent)
	}
}

func FuzzDeviceName(f *testing.F) {
	for _, userAgent := range []string{chromeOnMac, safariOnIPhone, "okhttp/5.1.0", "", "((((", "a b/c (d; e) [f] g:h http://i"} {
		f.Add(userAgent)
	}
	readable := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 ._+-]{0,79}$`)
	f.Fuzz(func(t *testing.T, userAgent string) {
		if name := auth.DeviceName(userAgent); !readable.MatchString(name) {
			t.Errorf("%q makes %q", userAgent, name)
		}
	})
}
