package metrics

import (
	"database/sql"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const namespace = "daypass"

// Metrics counts. It is safe for concurrent use.
type Metrics struct {
	registry   *prometheus.Registry
	operations *prometheus.HistogramVec
	verdicts   *prometheus.CounterVec
	throttled  *prometheus.CounterVec
	retries    *prometheus.CounterVec
}

// Labels are what there is to count: the verdicts on refresh tokens, the counters of attempts, and the reasons why work on
// the database is done again.
type Labels struct{ Verdicts, Counters, RetryReasons []string }

// New returns metrics that have counted nothing yet, and those of the process and of the Go runtime. Each label begins
// at 0, so that the first one of its kind is seen as a change.
func New(labels Labels) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		operations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "operation_duration_seconds",
			Help: "How long operations took, by field at the root (empty: nothing to execute) and by extensions.code " +
				"of the error (OK: none). Streams are counted when they end.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"operation", "outcome"}),
		verdicts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "refresh_verdicts_total",
			Help: "Authentic refresh tokens by what was made of them: rotate, ahead, replay, hold, reuse, expired, revoked or invalid.",
		}, []string{"verdict"}),
		throttled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "throttled_total",
			Help: "Attempts that were told to wait, by the kind of counter that was full.",
		}, []string{"counter"}),
		retries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "database_retries_total",
			Help: "Work that the database took back whole and that was done again: deadlock (on Galera also a lost " +
				"certification), conflict, lock_timeout, not_ready (the node is not in its cluster) or busy.",
		}, []string{"reason"}),
	}
	m.registry.MustRegister(m.operations, m.verdicts, m.throttled, m.retries,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	begin(m.verdicts, labels.Verdicts)
	begin(m.throttled, labels.Counters)
	begin(m.retries, labels.RetryReasons)
	return m
}

func begin(counters *prometheus.CounterVec, labels []string) {
	for _, label := range labels {
		counters.WithLabelValues(label)
	}
}

// Handler answers GET with all metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// ObserveOperation counts one field at the root of an operation. An empty code stands for success.
func (m *Metrics) ObserveOperation(field, code string, took time.Duration) {
	if code == "" {
		code = "OK"
	}
	m.operations.WithLabelValues(field, code).Observe(took.Seconds())
}

// RefreshJudged counts a verdict on a refresh token.
func (m *Metrics) RefreshJudged(verdict string) { m.verdicts.WithLabelValues(verdict).Inc() }

// Throttled counts an attempt that was told to wait.
func (m *Metrics) Throttled(counter string) { m.throttled.WithLabelValues(counter).Inc() }

// Retried counts work that the database took back and that was done again.
func (m *Metrics) Retried(reason string) { m.retries.WithLabelValues(reason).Inc() }

// Watched is what is read whenever somebody looks.
type Watched struct {
	// RevocationsAge is how old the last successful poll of the revocations is.
	RevocationsAge func() time.Duration
	// Hashing is how many passwords are being hashed, and how many wait for that.
	Hashing func() (running, waiting int)
	// Streams is how many wait for the end of their session.
	Streams func() int
	// Pool is the pool of connections to the database.
	Pool *sql.DB
}

// Watch adds what is read whenever somebody looks.
func (m *Metrics) Watch(w Watched) {
	gauge := func(name, help string, read func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, read)
	}
	m.registry.MustRegister(
		gauge("revocations_age_seconds", "Since the last successful poll of the revocations. From 5 on, access tokens are checked against the database.",
			func() float64 { return w.RevocationsAge().Seconds() }),
		gauge("hashes_running", "Passwords that are being hashed.",
			func() float64 { running, _ := w.Hashing(); return float64(running) }),
		gauge("hashes_waiting", "Passwords that wait for a core.",
			func() float64 { _, waiting := w.Hashing(); return float64(waiting) }),
		gauge("streams", "Streams that wait for the end of a session.",
			func() float64 { return float64(w.Streams()) }),
		collectors.NewDBStatsCollector(w.Pool, namespace),
	)
}
