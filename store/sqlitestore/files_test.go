package sqlitestore

import (
	"reflect"
	"testing"

	"keepsake/album"
)

// TestFiles: what is written is read back in the quick way, and a text with an
// escape or of another form in the slow one.
func TestFiles(t *testing.T) {
	files := made(1).Files
	files = append(files, album.File{Role: album.Movie, Key: "m/~", ContentType: "video/mp4", Bytes: 1 << 62, CRC32: 1<<32 - 1})
	written, err := filesValue(files)
	must(t, err)
	text, _ := written.(string)
	if got, ok := quickFiles(text); !ok || !reflect.DeepEqual(got, files) {
		t.Errorf("%s is read as %v, %v", text, got, ok)
	}
	for _, other := range []string{
		`[]`, `[`, `[{"role":"`, `[{"role":"SMALL"}]`, text[:len(text)-1], text + " ", " " + text, text + text,
		`[{"role":"a","key":"b","type":"c","bytes":-1,"width":1,"height":1,"crc32":1}]`,
		`[{"role":"a","key":"b","type":"c","bytes":1,"width":1,"height":1,"crc32":4294967296}]`,
		`[{"role":"a","key":"b\"","type":"c","bytes":1,"width":1,"height":1,"crc32":1}]`,
		`[{"role":"a","key":"é","type":"c","bytes":1,"width":1,"height":1,"crc32":1}]`,
		`[{"role":"a","key":"b","type":"c","bytes":01,"width":1,"height":1,"crc32":1}]`,
		`[{"key":"b","role":"a","type":"c","bytes":1,"width":1,"height":1,"crc32":1}]`,
	} {
		if got, ok := quickFiles(other); ok {
			t.Errorf("%s is read quickly, as %v", other, got)
		}
	}
	files[0].Key, files[1].ContentType = `a"\<&`, "\xff"
	written, err = filesValue(files)
	must(t, err)
	files[1].ContentType = "�"
	if got := scanFiles(&row{cells: []cell{cellOf(written)}}); !reflect.DeepEqual(got, files) {
		t.Errorf("%s is read as %v", written, got)
	}
}

// FuzzFiles: the quick way never reads anything else than the slow one.
func FuzzFiles(f *testing.F) {
	written, err := filesValue(made(1).Files)
	must(f, err)
	text, _ := written.(string)
	f.Add(text)
	f.Fuzz(func(t *testing.T, text string) {
		if quick, ok := quickFiles(text); ok {
			if slow := slowFiles(text); !reflect.DeepEqual(quick, slow) {
				t.Errorf("%q: %v, and slowly %v", text, quick, slow)
			}
		}
	})
}

func BenchmarkFiles(b *testing.B) {
	written, err := filesValue(made(1).Files)
	must(b, err)
	r := row{cells: []cell{cellOf(written)}}
	for b.Loop() {
		r.next = 0
		if len(scanFiles(&r)) != 3 {
			b.Fatal("not all")
		}
	}
}
