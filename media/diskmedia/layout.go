package diskmedia

import (
	"cmp"
	"strings"
)

// The layout below the bucket's folder:
//
//	tmp/                                           what is being written
//	partial/incoming+med_01K57WZQ0…                an upload in chunks that is under way
//	objects/incoming+/med_01K5~/7W~/ZQ0…           the object incoming/med_01K57WZQ0…
//	objects/m+/med_01K5~/7W~/ZQ0…+/original.jpg    the object m/med_01K57WZQ0…/original.jpg
//
// A folder that ends in '+' is one segment of a key. So that no folder holds
// millions, a segment that is an identifier (three characters and '_') is cut
// after 8 and 10 characters, into folders that end in '~'. Identifiers begin
// with their time, so the first holds those of 12 days and the second those of
// 17 minutes. Hashing would spread better, but then a list in the order of keys
// would have to read every folder. Keys hold neither '+' nor '~', so no two keys
// share a path, and "a" and "a/b" can both be objects. A bucket in use is never
// laid out anew: whoever changes this moves the files.
const (
	tempDir    = "tmp"
	partialDir = "partial"
	objectDir  = "objects"

	segmentMark = '+'
	pieceMark   = '~'
	dotMark     = '=' // after a last piece that would be "." or ".."
)

// cuts are the lengths of the pieces that an identifier is cut into, but the last.
var cuts = [...]int{8, 2}

// pathOf returns where the object of a valid key lies.
func pathOf(key string) string {
	var p strings.Builder
	p.Grow(len(objectDir) + len(key) + 8)
	p.WriteString(objectDir)
	for more := true; more; {
		var segment string
		segment, key, more = strings.Cut(key, "/")
		p.WriteByte('/')
		if isIdentifier(segment) {
			for _, n := range cuts {
				// What follows a piece may be only the segment's end: the cut must
				// not depend on what comes later, or the order would be lost.
				if len(segment) > n || (len(segment) == n && more) {
					p.WriteString(segment[:n])
					p.WriteByte(pieceMark)
					p.WriteByte('/')
					segment = segment[n:]
				} else {
					break
				}
			}
		}
		p.WriteString(segment)
		switch {
		case more:
			p.WriteByte(segmentMark)
		case segment == "." || segment == "..":
			p.WriteByte(dotMark)
		}
	}
	return p.String()
}

func isIdentifier(segment string) bool { return len(segment) > 4 && segment[3] == '_' }

// entry is what a name in a folder stands for: text continues the key; for a
// folder keys go on below it.
type entry struct {
	text   string
	name   string
	folder bool
}

// parseEntry is the inverse of what pathOf makes of one step; ok is false for
// what is no part of a bucket.
func parseEntry(name string, isDir bool) (e entry, ok bool) {
	last := name[len(name)-1]
	switch {
	case !isDir && last == dotMark:
		return entry{text: name[:len(name)-1], name: name}, true
	case !isDir:
		return entry{text: name, name: name}, true
	case last == segmentMark:
		return entry{text: name[:len(name)-1] + "/", name: name, folder: true}, true
	case last == pieceMark:
		return entry{text: name[:len(name)-1], name: name, folder: true}, true
	}
	return entry{}, false
}

// compareEntries orders the entries of a folder as the keys that begin with
// them. No folder's text begins another folder's, so only a file and the folder
// of the same text can tie; the file's key is the shorter one.
func compareEntries(a, b entry) int {
	if c := strings.Compare(a.text, b.text); c != 0 {
		return c
	}
	if a.folder != b.folder {
		if b.folder {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.name, b.name)
}
