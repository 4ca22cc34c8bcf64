package stage

import (
	"fmt"
	"net/http"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Metrics asks a server for its metrics. Those with labels are there twice: each by itself, as name{label="value"}, and
// their sum by the name.
func (s *Server) Metrics() (map[string]float64, error) {
	response, err := http.Get(s.OperatorURL + "/metrics")
	if err != nil {
		return nil, fmt.Errorf("read the metrics: %w", err)
	}
	defer response.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		return nil, fmt.Errorf("read the metrics: %w", err)
	}
	values := map[string]float64{}
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			values[name] += valueOf(metric)
			for _, label := range metric.GetLabel() {
				values[fmt.Sprintf("%s{%s=%q}", name, label.GetName(), label.GetValue())] += valueOf(metric)
			}
		}
	}
	return values, nil
}

// valueOf is that of a counter or a gauge; of a histogram it is how often something was observed.
func valueOf(metric *dto.Metric) float64 {
	switch {
	case metric.Counter != nil:
		return metric.GetCounter().GetValue()
	case metric.Gauge != nil:
		return metric.GetGauge().GetValue()
	case metric.Histogram != nil:
		return float64(metric.GetHistogram().GetSampleCount())
	default:
		return metric.GetUntyped().GetValue()
	}
}
