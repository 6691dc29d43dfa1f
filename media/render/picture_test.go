package render_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	_ "image/jpeg"
	"math"
	"strings"
	"testing"

	_ "golang.org/x/image/webp"

	"keepsake/album"
	"keepsake/media/render"
)

// scene is the picture that the samples show, of that size, decoded by others.
func scene(t testing.TB, name string) image.Image {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(load(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func quarter(img image.Image) image.Image { // clockwise
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dy(), b.Dx()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(b.Dy()-1-y, x, img.At(x, y))
		}
	}
	return out
}

func mirror(img image.Image) image.Image { // left and right
	b := img.Bounds()
	out := image.NewRGBA(b)
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(b.Dx()-1-x, y, img.At(x, y))
		}
	}
	return out
}

// upright turns a picture as EXIF's orientation says, out of the two moves above.
func upright(img image.Image, orientation int) image.Image {
	turns := []int{0, 0, 0, 2, 2, 1, 1, 3, 3}[orientation]
	if orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7 {
		img = mirror(img)
		turns = []int{0, 0, 0, 0, 2, 3, 0, 1, 0}[orientation]
	}
	for range turns {
		img = quarter(img)
	}
	return img
}

// TestFormats: every sample of a photo comes out right: upright, in its colours,
// as small as it was, and without a word about itself.
func TestFormats(t *testing.T) {
	r := render.New(options(t))
	for _, test := range []struct {
		file, scene string
		orientation int
		most        float64 // mean difference
	}{
		{"plain.jpg", "plain.jpg", 1, 8},
		{"orientation-1.jpg", "plain.jpg", 1, 8},
		{"orientation-2.jpg", "plain.jpg", 2, 8},
		{"orientation-3.jpg", "plain.jpg", 3, 8},
		{"orientation-4.jpg", "plain.jpg", 4, 8},
		{"orientation-5.jpg", "plain.jpg", 5, 8},
		{"orientation-6.jpg", "plain.jpg", 6, 8},
		{"orientation-7.jpg", "plain.jpg", 7, 8},
		{"orientation-8.jpg", "plain.jpg", 8, 8},
		{"thumbnail.jpg", "plain.jpg", 6, 8},
		{"motion.jpg", "plain.jpg", 1, 8},
		{"no-offset.jpg", "plain.jpg", 1, 8},
		{"place.jpg", "plain.jpg", 6, 8},
		{"plain.png", "plain.png", 1, 13},
		{"exif.png", "plain.png", 8, 13},
		{"place.png", "plain.png", 8, 13},
		{"animated.png", "plain.png", 1, 13},
		{"plain.gif", "plain.png", 1, 13},
		{"animated.gif", "plain.png", 1, 13},
		{"plain.webp", "plain.png", 1, 13},
		{"lossless.webp", "plain.png", 1, 13},
		{"exif.webp", "plain.png", 6, 13},
		{"place.webp", "plain.png", 8, 13},
		{"animated.webp", "plain.png", 1, 13},
		{"plain.heic", "plain.jpg", 1, 18},
		{"exif.heic", "plain.jpg", 1, 18}, // the container says upright
		{"place.heic", "plain.jpg", 1, 18},
		{"turned.heic", "plain.jpg", 8, 18},
	} {
		p, err := r.Picture(t.Context(), sample(test.file), typeOf(test.file))
		if err != nil {
			t.Errorf("%s: %v", test.file, err)
			continue
		}
		want := upright(scene(t, test.scene), test.orientation)
		size := want.Bounds().Size()
		if p.Width != size.X || p.Height != size.Y || len(p.Variants) != 1 || p.Variants[0].Role != album.Small ||
			len(p.Blurhash) != 28 || len(p.Color) != 7 {
			t.Errorf("%s: %d x %d, %q, %q, %d variants", test.file, p.Width, p.Height, p.Blurhash, p.Color, len(p.Variants))
			continue
		}
		if d := difference(t, decode(t, p.Variants[0]), want); d > test.most {
			t.Errorf("%s: differs by %.1f", test.file, d)
		}
		for _, word := range []string{"Exif", "GPS", "ICC_PROFILE", "Keepsake", "Shanghai", "http", "2024"} {
			if bytes.Contains(p.Variants[0].JPEG, []byte(word)) {
				t.Errorf("%s: %q is in it", test.file, word)
			}
		}
	}
}

// TestSizes: what fits into 256, 720 and 1440, and nothing larger than it was.
func TestSizes(t *testing.T) {
	r := render.New(options(t))
	for _, test := range []struct {
		width, height int
		want          string
	}{
		{100, 80, "SMALL 100x80"},
		{256, 256, "SMALL 256x256"},
		{257, 1, "SMALL 256x1 MEDIUM 257x1"},
		{300, 200, "SMALL 256x171 MEDIUM 300x200"},
		{720, 10, "SMALL 256x4 MEDIUM 720x10"},
		{721, 720, "SMALL 256x256 MEDIUM 720x719 LARGE 721x720"},
		{1440, 1440, "SMALL 256x256 MEDIUM 720x720 LARGE 1440x1440"},
		{1441, 3, "SMALL 256x1 MEDIUM 720x1 LARGE 1440x3"},
		{2000, 3001, "SMALL 171x256 MEDIUM 480x720 LARGE 960x1440"},
		{16384, 1, "SMALL 256x1 MEDIUM 720x1 LARGE 1440x1"},
		{1, 16384, "SMALL 1x256 MEDIUM 1x720 LARGE 1x1440"},
		{1, 1, "SMALL 1x1"},
	} {
		img := image.NewGray(image.Rect(0, 0, test.width, test.height))
		for i := range img.Pix {
			img.Pix[i] = 200
		}
		p, err := r.Picture(t.Context(), write(t, "a.png", pngOf(t, img)), "image/png")
		var got []string
		for _, v := range p.Variants {
			got = append(got, fmt.Sprintf("%s %dx%d", v.Role, v.Width, v.Height))
			near(t, string(v.Role), decode(t, v), 0, 0, [3]int{200, 200, 200}, 1)
		}
		if s := strings.Join(got, " "); err != nil || s != test.want || p.Width != test.width || p.Height != test.height || p.Color != "#c8c8c8" {
			t.Errorf("%d x %d: %s, %s, %v, want %s", test.width, test.height, s, p.Color, err, test.want)
		}
	}
}

// TestSharp: what is scaled agrees with the original where this is known: a
// soft wave is the same wave in every size, and a fine pattern becomes its mean.
func TestSharp(t *testing.T) {
	r := render.New(options(t))
	wave := func(x, y float64) float64 { return 128 + 100*math.Sin(6*x)*math.Cos(5*y) }
	const width, height = 3000, 600
	img := image.NewGray(image.Rect(0, 0, width, height))
	fine := image.NewGray(img.Rect)
	for y := range height {
		for x := range width {
			img.Pix[y*img.Stride+x] = byte(wave((float64(x)+0.5)/width, (float64(y)+0.5)/height))
			fine.Pix[y*img.Stride+x] = byte(50 + 150*((x+y)%2))
		}
	}
	p, err := r.Picture(t.Context(), write(t, "a.png", pngOf(t, img)), "image/png")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range p.Variants {
		got := decode(t, v)
		want := image.NewGray(got.Bounds())
		for y := range v.Height {
			for x := range v.Width {
				want.Pix[y*want.Stride+x] = byte(wave((float64(x)+0.5)/float64(v.Width), (float64(y)+0.5)/float64(v.Height)))
			}
		}
		if d := difference(t, got, want); d > 1.5 {
			t.Errorf("%s differs by %.2f", v.Role, d)
		}
	}
	if p, err = r.Picture(t.Context(), write(t, "b.png", pngOf(t, fine)), "image/png"); err != nil {
		t.Fatal(err)
	}
	for _, v := range p.Variants {
		got := decode(t, v)
		for _, at := range []image.Point{{0, 0}, {v.Width / 2, v.Height / 3}, {v.Width - 1, v.Height - 1}} {
			near(t, string(v.Role), got, at.X, at.Y, [3]int{125, 125, 125}, 6)
		}
	}
}

// TestSubsampling: each way in which JPEG stores colours, at sizes that are
// reduced and at some that are not, with edges that do not come out even.
func TestSubsampling(t *testing.T) {
	r := render.New(options(t))
	for _, format := range []string{"yuvj420p", "yuvj422p", "yuvj444p", "yuvj440p", "yuvj411p"} {
		for _, size := range []string{"601x403", "3003x2001"} {
			file := ffmpeg(t, "a.jpg", "-f", "lavfi", "-i", "gradients=size="+size+":c0=0x804020:c1=0x804020:n=2", "-frames:v", "1", "-pix_fmt", format, "-q:v", "2")
			p, err := r.Picture(t.Context(), file, "image/jpeg")
			if err != nil {
				t.Errorf("%s %s: %v", format, size, err)
				continue
			}
			want := [3]int{0x80, 0x40, 0x20}
			for _, v := range p.Variants {
				for _, at := range []image.Point{{0, 0}, {v.Width / 2, v.Height - 1}, {v.Width - 1, v.Height / 2}} {
					near(t, format+" "+size, decode(t, v), at.X, at.Y, want, 6)
				}
			}
		}
	}
}

// TestTransparent: what can be seen through stands on white.
func TestTransparent(t *testing.T) {
	r := render.New(options(t))
	red := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	deep := image.NewNRGBA64(red.Rect)
	for y := range 64 {
		for x := range 64 {
			red.SetNRGBA(x, y, color.NRGBA{R: 255, A: uint8(x / 32 * 128)})
			deep.SetNRGBA64(x, y, color.NRGBA64{R: 0xffff, A: uint16(x / 32 * 0x8000)})
		}
	}
	palette := image.NewPaletted(red.Rect, color.Palette{color.Transparent, color.NRGBA{R: 255, A: 128}})
	draw.Draw(palette, image.Rect(32, 0, 64, 64), image.NewUniform(palette.Palette[1]), image.Point{}, draw.Src)
	plain := write(t, "a.png", pngOf(t, red))
	files := map[string]string{
		plain:                                    "image/png",
		write(t, "deep.png", pngOf(t, deep)):     "image/png",
		write(t, "table.png", pngOf(t, palette)): "image/png",
		ffmpeg(t, "a.webp", "-i", plain, "-c:v", "libwebp", "-pix_fmt", "yuva420p", "-quality", "90"):                                                         "image/webp",
		ffmpeg(t, "b.webp", "-i", plain, "-c:v", "libwebp", "-lossless", "1"):                                                                                 "image/webp",
		ffmpeg(t, "moving.webp", "-loop", "1", "-t", "1", "-i", plain, "-vf", "hue=h=t*90", "-c:v", "libwebp_anim", "-pix_fmt", "yuva420p", "-quality", "90"): "image/webp",
	}
	for file, contentType := range files {
		p, err := r.Picture(t.Context(), file, contentType)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		img := decode(t, p.Variants[0])
		near(t, file, img, 8, 32, [3]int{255, 255, 255}, 4)
		near(t, file, img, 56, 32, [3]int{255, 127, 127}, 8)
	}
}

// TestGIFFrame: the first frame covers a part of its canvas, and those behind
// it are not looked at.
func TestGIFFrame(t *testing.T) {
	palette := color.Palette{color.White, color.RGBA{B: 255, A: 255}, color.RGBA{G: 255, A: 255}}
	first := image.NewPaletted(image.Rect(40, 20, 60, 40), palette)
	second := image.NewPaletted(image.Rect(0, 0, 100, 80), palette)
	draw.Draw(first, first.Rect, image.NewUniform(palette[1]), image.Point{}, draw.Src)
	draw.Draw(second, second.Rect, image.NewUniform(palette[2]), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{
		Image: []*image.Paletted{first, second}, Delay: []int{1, 1},
		Config: image.Config{ColorModel: palette, Width: 100, Height: 80},
	}); err != nil {
		t.Fatal(err)
	}
	p, err := render.New(options(t)).Picture(t.Context(), write(t, "a.gif", b.Bytes()), "image/gif")
	if err != nil || p.Width != 100 || p.Height != 80 {
		t.Fatalf("%d x %d, %v", p.Width, p.Height, err)
	}
	img := decode(t, p.Variants[0])
	near(t, "outside", img, 5, 5, [3]int{255, 255, 255}, 3)
	near(t, "outside", img, 95, 75, [3]int{255, 255, 255}, 3)
	near(t, "inside", img, 50, 30, [3]int{0, 0, 255}, 12)
}

// TestLies: a file is what it was said to be, or is refused.
func TestLies(t *testing.T) {
	r := render.New(options(t))
	for name, contentType := range map[string]string{"plain.png": "image/jpeg", "plain.jpg": "image/heic", "front.mp4": "image/png", "make.sh": "image/gif"} {
		_, err := r.Picture(t.Context(), sample(name), contentType)
		wantFinal(t, name, err, album.CodeMediaUnsupported)
	}
	_, err := r.Picture(t.Context(), write(t, "a.png", nil), "image/png")
	wantFinal(t, "nothing", err, album.CodeMediaCorrupt)
	if _, err = r.Picture(t.Context(), "/does/not/exist", "image/png"); err == nil || album.CodeOf(err) != album.CodeInternal {
		t.Errorf("no file: %v", err)
	}
}
