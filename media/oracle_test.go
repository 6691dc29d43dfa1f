package media_test

import (
	"bytes"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bep/imagemeta"

	"keepsake/media"
)

// TestEXIFAgrees holds the reading of EXIF against another reader's, on that
// one's own collection of photographs from many cameras.
func TestEXIFAgrees(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/bep/imagemeta").Output()
	if err != nil {
		t.Fatal(err)
	}
	unlike := map[string]bool{
		"geodegrees_as_string.jpg": true, // its degrees are text, and its camera stands in the wrong list
		"withPanasonicFaces.jpg":   true, // the other reader finds the equator
	}
	photos, places := 0, 0
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(out)), "testdata", "images"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".jpg" || strings.Contains(path, "corrupt") || unlike[d.Name()] {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := media.Inspect(t.Context(), bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return nil // its pixels were cut away
		}
		tags := map[string]any{}
		if _, err := imagemeta.Decode(imagemeta.Options{
			R: bytes.NewReader(b), ImageFormat: imagemeta.JPEG, Sources: imagemeta.EXIF,
			HandleTag: func(tag imagemeta.TagInfo) error {
				if strings.HasPrefix(tag.Namespace, "IFD0") && tags[tag.Tag] == nil {
					tags[tag.Tag] = tag.Value
				}
				return nil
			},
		}); err != nil {
			return nil
		}
		photos++
		name := d.Name()
		if o, ok := tags["Orientation"].(uint16); ok && o >= 1 && o <= 8 && int(o) != got.Orientation {
			t.Errorf("%s: orientation %d, want %d", name, got.Orientation, o)
		}
		if model, _ := tags["Model"].(string); strings.TrimSpace(model) != "" && !strings.HasSuffix(got.Camera, strings.Join(strings.Fields(model), " ")) {
			t.Errorf("%s: camera %q, want %q", name, got.Camera, model)
		}
		taken, _ := tags["DateTimeOriginal"].(string)
		if !got.TakenAt.IsZero() && tags["OffsetTimeOriginal"] == nil && got.TakenAt.Format("2006:01:02 15:04:05") != taken {
			t.Errorf("%s: taken %s, want %q", name, got.TakenAt, taken)
		}
		latitude, ok1 := tags["GPSLatitude"].(float64)
		longitude, ok2 := tags["GPSLongitude"].(float64)
		if tags["GPSLatitudeRef"] == "S" {
			latitude = -latitude
		}
		if tags["GPSLongitudeRef"] == "W" {
			longitude = -longitude
		}
		if ok1 && ok2 && (latitude != 0 || longitude != 0) {
			places++
			if p := got.Place; p == nil || math.Abs(p.Latitude-latitude) > 1e-6 || math.Abs(p.Longitude-longitude) > 1e-6 {
				t.Errorf("%s: %+v, want %f %f", name, p, latitude, longitude)
			}
		} else if got.Place != nil {
			t.Errorf("%s: %+v, want none", name, got.Place)
		}
		return nil
	})
	if err != nil || photos < 40 || places < 5 {
		t.Errorf("%d photos, %d places, %v", photos, places, err)
	}
}

// TestLocated: what may say where a picture was taken, besides EXIF.
func TestLocated(t *testing.T) {
	png, gif, jpeg, webp := load(t, "plain.png"), load(t, "plain.gif"), load(t, "plain.jpg"), load(t, "lossless.webp")
	chunk := func(kind, data string) []byte {
		return append(append(u32(uint32(len(data))), kind+data...), 0, 0, 0, 0) // the checksum is not looked at
	}
	segment := func(marker byte, body string) []byte {
		return append([]byte{0xff, marker, 0, byte(len(body) + 2)}, body...)
	}
	insert := func(file []byte, at int, part []byte) []byte {
		return bytes.Join([][]byte{file[:at], part, file[at:]}, nil)
	}
	table := 13 + 3<<(gif[10]&7+1)
	for name, test := range map[string]struct {
		file    []byte
		located bool
	}{
		"PNG":                   {png, false},
		"PNG's software":        {insert(png, 33, chunk("tEXt", "Software\x00x")), false},
		"PNG's comment":         {insert(png, 33, chunk("tEXt", "Comment\x00x")), true},
		"PNG's exif as text":    {insert(png, 33, chunk("zTXt", "Raw profile type exif\x00\x00x")), true},
		"PNG's XMP":             {insert(png, 33, chunk("iTXt", "XML:com.adobe.xmp\x00")), true},
		"PNG's unknown chunk":   {insert(png, 33, chunk("caBX", "x")), true},
		"PNG's time":            {insert(png, 33, chunk("tIME", "1234567")), false},
		"GIF":                   {gif, false},
		"GIF's loop":            {insert(gif, table, []byte("\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")), false},
		"GIF's XMP":             {insert(gif, table, []byte("\x21\xff\x0bXMP DataXMP\x01x\x00")), true},
		"JPEG":                  {jpeg, false},
		"JPEG's profile":        {insert(jpeg, 2, segment(0xe2, "ICC_PROFILE\x00\x01\x01x")), false},
		"JPEG's second picture": {insert(jpeg, 2, segment(0xe2, "MPF\x00x")), true},
		"JPEG's IPTC":           {insert(jpeg, 2, segment(0xed, "Photoshop 3.0\x00")), true},
		"JPEG's claims":         {insert(jpeg, 2, segment(0xeb, "JP\x00\x01")), true},
		"WebP":                  {webp, false},
	} {
		facts, err := inspect(t, test.file)
		if err != nil || facts.Located != test.located {
			t.Errorf("%s: %t, %v", name, facts.Located, err)
		}
	}
}
