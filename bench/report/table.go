package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Table is figures in rows.
type Table struct {
	Columns []string
	Rows    [][]string
}

// Add appends a row.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

// Write writes the table as Markdown whose columns are aligned, for a terminal and for docs.
func (t *Table) Write(w io.Writer) error {
	aligned := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	rules := make([]string, len(t.Columns))
	for i := range rules {
		rules[i] = "---"
	}
	writeRow(aligned, t.Columns)
	writeRow(aligned, rules)
	for _, row := range t.Rows {
		writeRow(aligned, row)
	}
	return aligned.Flush()
}

func writeRow(w io.Writer, cells []string) {
	fmt.Fprintf(w, "| %s\t|\n", strings.Join(cells, "\t| "))
}
