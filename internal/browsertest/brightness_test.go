package browsertest

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"
)

// Two pictures of a page are the same if the same lies where it did. They are cut into
// cells of about the height of a line, of which the mean brightness is compared: what
// letters are made of, which differs between machines, moves a cell little; what is
// missing, added, cut off or elsewhere moves some far. docs/TESTING.md has figures.
const (
	cellSize = 20  // CSS pixels
	mostMean = 4.0 // how far cells are apart on the whole, of 255
	farCell  = 64  // how far a cell is apart where something else lies
	mostFar  = 0.012
)

// different says how a page differs from the picture of it that was kept, a smaller
// copy; nil if it does not.
func different(kept, now image.Image) error {
	small, size := kept.Bounds().Size(), now.Bounds().Size()
	if small != size.Div(keptScale) {
		return fmt.Errorf("the picture is %v, and was %v", size, small.Mul(keptScale))
	}
	width, height := size.X/cellSize, size.Y/cellSize
	cellsA, cellsB := shrink(kept, width, height), shrink(shrink(now, small.X, small.Y), width, height)
	var sum float64
	far := 0
	for y := range height {
		for x := range width {
			apart := math.Abs(brightness(cellsA.At(x, y)) - brightness(cellsB.At(x, y)))
			sum += apart
			if apart > farCell {
				far++
			}
		}
	}
	cells := float64(width * height)
	if mean, share := sum/cells, float64(far)/cells; mean > mostMean || share > mostFar {
		return fmt.Errorf("it looks different: cells are %.1f of 255 apart on the whole, at most %.1f, and %.1f %% are far apart, at most %.1f %%",
			mean, mostMean, 100*share, 100*mostFar)
	}
	return nil
}

func brightness(c color.Color) float64 { return float64(color.GrayModel.Convert(c).(color.Gray).Y) }

// shrink gives a smaller copy; each of its pixels is the mean of those it stands for.
func shrink(m image.Image, width, height int) *image.RGBA {
	from := image.NewRGBA(m.Bounds())
	draw.Draw(from, from.Bounds(), m, m.Bounds().Min, draw.Src)
	size := from.Bounds().Size()
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			part := image.Rect(x*size.X/width, y*size.Y/height, (x+1)*size.X/width, (y+1)*size.Y/height)
			to.SetRGBA(x, y, mean(from, part.Add(from.Bounds().Min)))
		}
	}
	return to
}

func mean(m *image.RGBA, part image.Rectangle) color.RGBA {
	var r, g, b, n int
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			c := m.RGBAAt(x, y)
			r, g, b, n = r+int(c.R), g+int(c.G), b+int(c.B), n+1
		}
	}
	return color.RGBA{R: uint8(r / n), G: uint8(g / n), B: uint8(b / n), A: 255}
}

// TestDifferent: letters may be others, a button may not be missing and a photo not
// elsewhere.
func TestDifferent(t *testing.T) {
	page := func(edit func(m *image.RGBA)) *image.RGBA {
		m := image.NewRGBA(image.Rect(0, 0, 400, 600))
		draw.Draw(m, m.Bounds(), image.White, image.Point{}, draw.Src)
		photo(m, image.Rect(10, 100, 200, 300))
		text(m, image.Rect(10, 20, 300, 60), 7)
		edit(m)
		return m
	}
	before := page(func(*image.RGBA) {})
	for name, c := range map[string]struct {
		edit func(m *image.RGBA)
		same bool
	}{
		"the same":       {func(*image.RGBA) {}, true},
		"other letters":  {func(m *image.RGBA) { blank(m, image.Rect(10, 20, 300, 60)); text(m, image.Rect(10, 20, 300, 60), 5) }, true},
		"no photo":       {func(m *image.RGBA) { blank(m, image.Rect(10, 100, 200, 300)) }, false},
		"photo to right": {func(m *image.RGBA) { blank(m, image.Rect(10, 100, 200, 300)); photo(m, image.Rect(60, 100, 250, 300)) }, false},
		"a dark button": {func(m *image.RGBA) {
			draw.Draw(m, image.Rect(220, 400, 360, 440), image.Black, image.Point{}, draw.Src)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := different(shrink(before, 200, 300), page(c.edit))
			if (err == nil) != c.same {
				t.Errorf("got %v", err)
			}
		})
	}
}

func blank(m *image.RGBA, at image.Rectangle) { draw.Draw(m, at, image.White, image.Point{}, draw.Src) }

func photo(m *image.RGBA, at image.Rectangle) {
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			m.SetRGBA(x, y, color.RGBA{R: uint8(x), G: uint8(y / 2), B: 60, A: 255})
		}
	}
}

// text draws strokes that are as far apart as letters.
func text(m *image.RGBA, at image.Rectangle, apart int) {
	for x := at.Min.X; x < at.Max.X; x += apart {
		draw.Draw(m, image.Rect(x, at.Min.Y+6, x+2, at.Max.Y-6), image.Black, image.Point{}, draw.Src)
	}
}
