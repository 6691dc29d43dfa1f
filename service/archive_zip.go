package service

import (
	"archive/zip"
	"time"
)

// The parts of a ZIP file, in bytes, as package archive/zip writes them
// (APPNOTE.TXT 6.3.10, 4.3): so the size of an archive is known before a byte of
// it was read, and a download shows how far it is and whether it is whole.
const (
	zipLocal        = 30 // the header before a file, without its name
	zipCentral      = 46 // of a file in the directory, without its name
	zipCentral64    = 28 // more of a file that is large or far behind
	zipDescriptor   = 16 // behind a file whose checksum is not known before
	zipDescriptor64 = 24 // behind a file that is large
	zipEnd          = 22
	zipEnd64        = 76 // more of an archive that is large
	zipMax32        = 1<<32 - 1
	zipMax16        = 1<<16 - 1
)

// zipSize is how large an archive is.
type zipSize struct {
	files, content, directory int64
}

// with is the size with one file more.
func (z zipSize) with(f archivedFile) zipSize {
	name := int64(len(f.name))
	z.directory += zipCentral + name
	if large(f.Bytes) || large(z.content) {
		z.directory += zipCentral64
	}
	z.content += zipLocal + name + f.Bytes
	switch {
	case large(f.Bytes):
		z.content += zipDescriptor64
	case f.unsummed():
		z.content += zipDescriptor
	}
	z.files++
	return z
}

func (z zipSize) total() int64 {
	end := int64(zipEnd)
	if z.files >= zipMax16 || large(z.directory) || large(z.content) {
		end += zipEnd64
	}
	return z.content + z.directory + end
}

func large(n int64) bool { return n >= zipMax32 }

// flagDescriptor says that checksum and sizes stand behind the file: the header
// before it has no room for large ones.
const flagDescriptor = 0x8

// unsummed reports whether nobody has taken the file's checksum: it is of before
// that was done.
func (f archivedFile) unsummed() bool { return f.CRC32 == 0 }

// header is what stands before a file.
func (f archivedFile) header() *zip.FileHeader {
	h := &zip.FileHeader{
		Name: f.name, Method: zip.Store, CRC32: f.CRC32, NonUTF8: false,
		CompressedSize64: uint64(f.Bytes), UncompressedSize64: uint64(f.Bytes),
		CreatorVersion: 3 << 8, // Unix, so that the mode counts
		Flags:          0x800,  // names are UTF-8
	}
	if large(f.Bytes) || f.unsummed() {
		h.Flags |= flagDescriptor
	}
	h.SetMode(0o644)
	h.ModifiedDate, h.ModifiedTime = dosTime(f.at) //nolint:staticcheck // CreateRaw writes these, not Modified
	return h
}

// dosTime writes a time as ZIP has it: in UTC, from 1980 to 2107, in steps of two
// seconds.
func dosTime(t time.Time) (date, clock uint16) {
	t = t.UTC()
	switch {
	case t.Year() < 1980:
		t = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	case t.Year() > 2107:
		t = time.Date(2107, 12, 31, 23, 59, 58, 0, time.UTC)
	}
	date = uint16(t.Day() + int(t.Month())<<5 + (t.Year()-1980)<<9)
	clock = uint16(t.Second()/2 + t.Minute()<<5 + t.Hour()<<11)
	return date, clock
}
