// Package report shows figures: as a table that is Markdown too, as JSON, and as plots in SVG.
package report
