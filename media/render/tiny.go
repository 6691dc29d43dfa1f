package render

import (
	"fmt"
	"image"

	"github.com/buckket/go-blurhash"
)

// tinySide is the longer side of the picture that stands for all of its pixels.
const tinySide = 32

func blurhashOf(tiny *image.RGBA) (string, error) {
	return blurhash.Encode(4, 3, tiny)
}

// dominant is the mean of the colours that are most alike: of those in the
// fullest of 512 boxes.
func dominant(tiny *image.RGBA) string {
	var boxes [512]struct{ n, r, g, b int }
	most := 0
	for i := 0; i < len(tiny.Pix); i += 4 {
		r, g, b := int(tiny.Pix[i]), int(tiny.Pix[i+1]), int(tiny.Pix[i+2])
		at := r>>5<<6 | g>>5<<3 | b>>5
		box := &boxes[at]
		box.n, box.r, box.g, box.b = box.n+1, box.r+r, box.g+g, box.b+b
		if box.n > boxes[most].n {
			most = at
		}
	}
	box := boxes[most]
	n := max(box.n, 1)
	return fmt.Sprintf("#%02x%02x%02x", box.r/n, box.g/n, box.b/n)
}
