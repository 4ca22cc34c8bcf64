package report

import (
	"bytes"
	"fmt"
	"image/color"
	"os"
	"path/filepath"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Panel is one plot of several that stand side by side or one below the other.
type Panel struct {
	Title, X, Y string
	// Logarithmic is for values of x of several magnitudes.
	Logarithmic bool
	// Ticks are the values of x that are named, by what is to stand there; nil: those that suit.
	Ticks  map[float64]string
	Series []Series
	// Wide is for a long course of time.
	Wide bool
	// Marks are moments, values of x, with what happened then.
	Marks map[float64]string
}

// Series is a line.
type Series struct {
	Name string
	X, Y []float64
}

// Add appends a point.
func (s *Series) Add(x, y float64) { s.X, s.Y = append(s.X, x), append(s.Y, y) }

const (
	panelWidth  = 12 * vg.Centimeter
	panelHeight = 8 * vg.Centimeter
)

// WriteSVG draws panels in rows of so many columns, writes the picture into the folder, which must be there, and says where on
// standard error.
func WriteSVG(folder, name string, columns int, panels []Panel) error {
	sans := font.Font{Typeface: "Liberation", Variant: "Sans"} // as wide as Arial
	plot.DefaultFont, plotter.DefaultFont = sans, sans
	rows := (len(panels) + columns - 1) / columns
	width := panelWidth * vg.Length(columns)
	if panels[0].Wide {
		width *= 2
	}
	canvas := vgsvg.New(width, panelHeight*vg.Length(rows))
	plots := make([][]*plot.Plot, rows)
	for i := range plots {
		plots[i] = make([]*plot.Plot, columns)
	}
	for i, panel := range panels {
		drawn, err := panel.plot()
		if err != nil {
			return fmt.Errorf("draw %q: %w", panel.Title, err)
		}
		plots[i/columns][i%columns] = drawn
	}
	tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: vg.Millimeter * 4, PadY: vg.Millimeter * 4,
		PadTop: vg.Millimeter * 2, PadBottom: vg.Millimeter * 2, PadLeft: vg.Millimeter * 2, PadRight: vg.Millimeter * 4}
	background := draw.New(canvas)
	background.SetColor(color.White)
	background.Fill(background.Path())
	for i, row := range plot.Align(plots, tiles, background) {
		for j, tile := range row {
			if plots[i][j] != nil {
				plots[i][j].Draw(tile)
			}
		}
	}
	var picture bytes.Buffer
	if _, err := canvas.WriteTo(&picture); err != nil {
		return fmt.Errorf("draw a plot: %w", err)
	}
	// Where that font is not there, one of the same widths or any without serifs.
	text := bytes.ReplaceAll(picture.Bytes(), []byte("font-family:Liberation Sans"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif"))
	path := filepath.Join(folder, name+".svg")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return fmt.Errorf("write a plot: %w", err)
	}
	fmt.Fprintln(os.Stderr, "written:", path)
	return nil
}

// palette is one that the colour-blind can tell apart (Okabe and Ito 2008).
func palette(i int) color.Color {
	colours := []color.RGBA{{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255}, {230, 159, 0, 255}, {86, 180, 233, 255}}
	return colours[i%len(colours)]
}

func (p Panel) plot() (*plot.Plot, error) {
	drawn := plot.New()
	drawn.Title.Text, drawn.X.Label.Text, drawn.Y.Label.Text = p.Title, p.X, p.Y
	drawn.Legend.Top, drawn.Legend.Left = true, true
	drawn.Legend.XOffs, drawn.Legend.YOffs = 2*vg.Millimeter, -vg.Millimeter
	drawn.Legend.TextStyle.Font.Size, drawn.Legend.Padding = vg.Points(9), vg.Millimeter
	drawn.Add(plotter.NewGrid())
	if p.Logarithmic {
		drawn.X.Scale, drawn.X.Tick.Marker = plot.LogScale{}, plainTicks{plot.LogTicks{}}
	}
	if p.Ticks != nil {
		drawn.X.Tick.Marker = namedTicks(p.Ticks)
	}
	for i, series := range p.Series {
		if err := series.addTo(drawn, palette(i), len(p.Series) > 1); err != nil {
			return nil, err
		}
	}
	drawn.Y.Min = 0
	switch {
	case p.Marks != nil:
		drawn.Y.Max *= 1.8 // room for their names
	case len(p.Series) > 1:
		drawn.Y.Max *= 1.2 + 0.12*float64(len(p.Series)) // and for the legend
	default:
		drawn.Y.Max *= 1.2
	}
	drawn.Y.Tick.Marker = plainTicks{plot.DefaultTicks{}}
	return drawn, p.addMarks(drawn)
}

func namedTicks(names map[float64]string) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for value, name := range names {
		ticks = append(ticks, plot.Tick{Value: value, Label: name})
	}
	return ticks
}

// plainTicks writes numbers as people do.
type plainTicks struct{ plot.Ticker }

// Ticks implements [plot.Ticker].
func (p plainTicks) Ticks(lowest, highest float64) []plot.Tick {
	ticks := p.Ticker.Ticks(lowest, highest)
	for i := range ticks {
		if ticks[i].Label != "" {
			ticks[i].Label = Number(ticks[i].Value, 3)
		}
	}
	return ticks
}

func (s Series) addTo(drawn *plot.Plot, colour color.Color, named bool) error {
	points := make(plotter.XYs, len(s.X))
	for i := range points {
		points[i] = plotter.XY{X: s.X[i], Y: s.Y[i]}
	}
	line, dots, err := plotter.NewLinePoints(points)
	if err != nil {
		return err
	}
	line.Color, line.Width = colour, vg.Points(1.5)
	dots.Color, dots.Radius = colour, vg.Points(1.5)
	dots.Shape = draw.CircleGlyph{}
	drawn.Add(line)
	if len(points) <= 20 {
		drawn.Add(dots)
	}
	if named {
		drawn.Legend.Add(s.Name, line)
	}
	return nil
}

// addMarks draws a line down at each moment, with its name beside it.
func (p Panel) addMarks(drawn *plot.Plot) error {
	top := drawn.Y.Max
	for at, name := range p.Marks {
		line, err := plotter.NewLine(plotter.XYs{{X: at, Y: 0}, {X: at, Y: top}})
		if err != nil {
			return err
		}
		line.Color, line.Dashes = color.Gray{128}, []vg.Length{vg.Points(3), vg.Points(3)}
		labels, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: at, Y: top * 0.97}}, Labels: []string{name}})
		if err != nil {
			return err
		}
		labels.TextStyle[0].Rotation = -1.5708 // a quarter turn
		drawn.Add(line, labels)
	}
	return nil
}
