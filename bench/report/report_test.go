package report_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/bench/report"
)

func TestATableIsMarkdownThatIsAligned(t *testing.T) {
	table := &report.Table{Columns: []string{"", "a second"}}
	table.Add("me", "12,345")
	table.Add("refreshToken", "1")
	var text strings.Builder
	require.NoError(t, table.Write(&text))
	require.Equal(t, ""+
		"|              | a second |\n"+
		"| ---          | ---      |\n"+
		"| me           | 12,345   |\n"+
		"| refreshToken | 1        |\n", text.String())
}

func TestFiguresAreWrittenWhereTheyAreWanted(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "docs", "figures")
	require.NoError(t, report.WriteJSON(folder, "speed", map[string]int{"PerSecond": 7}))
	text, err := os.ReadFile(filepath.Join(folder, "speed.json"))
	require.NoError(t, err)
	var read map[string]int
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, map[string]int{"PerSecond": 7}, read)
}

func TestAPlotShowsWhatItIsGiven(t *testing.T) {
	folder := t.TempDir()
	series := report.Series{Name: "a line of figures"}
	for _, x := range []float64{10_000, 1_000_000, 10_000_000} {
		series.Add(x, x/1_000)
	}
	require.NoError(t, report.WriteSVG(folder, "growth", 2, []report.Panel{
		{Title: "The first of three", X: "sessions", Y: "milliseconds", Logarithmic: true, Series: []report.Series{series}},
		{Title: "The second", Ticks: map[float64]string{10_000: "few of them"}, Series: []report.Series{series, {Name: "another line"}}},
		{Title: "The third", Marks: map[float64]string{1_000_000: "a node dies"}, Series: []report.Series{series}},
	}))
	text, err := os.ReadFile(filepath.Join(folder, "growth.svg"))
	require.NoError(t, err)
	for _, shown := range []string{
		"The first of three", "The second", "The third", "sessions", "milliseconds", "a line of figures", "another line", "few of them", "a node dies",
	} {
		require.Contains(t, string(text), shown)
	}
	for decoder := xml.NewDecoder(strings.NewReader(string(text))); ; {
		if _, err := decoder.Token(); err != nil {
			require.ErrorIs(t, err, io.EOF)
			break
		}
	}
}

func TestNumbersAreWrittenAsPeopleDo(t *testing.T) {
	require.Equal(t, "0", report.Number(0, 0))
	require.Equal(t, "999", report.Number(999, 0))
	require.Equal(t, "1,234,567", report.Number(1_234_567.4, 0))
	require.Equal(t, "12,000", report.Number(12_000, 3))
	require.Equal(t, "0.25", report.Number(0.25, 3))
}
