package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBodyBytes has room for 32 RSA keys of 8192 bits.
const maxBodyBytes = 64 << 10

// endpoint is where keys are published.
type endpoint struct {
	client *http.Client
	url    string
}

// newEndpoint does not follow redirects: the keys come from the address that was configured, or not at all.
func newEndpoint(client *http.Client, url string) endpoint {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return endpoint{client: &own, url: url}
}

// fetch returns the published keys and for how long they are fresh.
func (e endpoint) fetch(ctx context.Context) (keySet, time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url, http.NoBody)
	if err != nil {
		return keySet{}, 0, withoutURL(err)
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := e.client.Do(request)
	if err != nil {
		return keySet{}, 0, withoutURL(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return keySet{}, 0, fmt.Errorf("the answer is HTTP %d", response.StatusCode)
	}
	document, err := io.ReadAll(io.LimitReader(response.Body, maxBodyBytes+1))
	switch {
	case err != nil:
		return keySet{}, 0, withoutURL(err)
	case len(document) > maxBodyBytes:
		return keySet{}, 0, fmt.Errorf("the answer has more than %d bytes", maxBodyBytes)
	}
	set, err := parseKeySet(document)
	return set, freshness(response.Header), err
}

// withoutURL keeps a secret that is part of the address out of errors and logs.
func withoutURL(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}

// freshness is what is left of the max-age (RFC 9111 section 4.2); a cache on the way says how old the answer is.
func freshness(header http.Header) time.Duration {
	lifetime := defaultMaxAge
	for directive := range strings.SplitSeq(strings.Join(header.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(name) {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			lifetime = seconds(strings.Trim(value, `"`))
		}
	}
	return lifetime - seconds(header.Get("Age"))
}

// seconds reads delta-seconds (RFC 9111 section 1.2.2), bounded so that they fit a duration; what is none counts as 0.
func seconds(text string) time.Duration {
	const aYear = 365 * 24 * 60 * 60
	n, err := strconv.ParseUint(text, 10, 63)
	if errors.Is(err, strconv.ErrRange) {
		return aYear * time.Second
	}
	if err != nil {
		return 0
	}
	return time.Duration(min(n, aYear)) * time.Second
}
