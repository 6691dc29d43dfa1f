package media

import "keepsake/album"

// types is the one list of what is accepted and served as itself. Nothing that
// a browser could run may ever stand here.
var types = [...]struct {
	contentType string
	kind        album.MediaKind
	extension   string
}{
	{"image/jpeg", album.Photo, ".jpg"},
	{"image/png", album.Photo, ".png"},
	{"image/gif", album.Photo, ".gif"},
	{"image/webp", album.Photo, ".webp"},
	{"image/heic", album.Photo, ".heic"},
	{"video/mp4", album.Video, ".mp4"},
	{"video/quicktime", album.Video, ".mov"},
}

// canonical maps the names that sniffing gives to those of the table.
func canonical(sniffed string) string {
	switch sniffed {
	case "image/apng":
		return "image/png"
	case "image/heif", "image/heic-sequence", "image/heif-sequence": // told apart by what is in them
		return "image/heic"
	case "video/x-m4v": // the same container
		return "video/mp4"
	}
	return sniffed
}

// KindOf says whether a content type is that of a photo or of a video; ok is
// false for a type that is not accepted.
func KindOf(contentType string) (kind album.MediaKind, ok bool) {
	for _, t := range types {
		if t.contentType == contentType {
			return t.kind, true
		}
	}
	return "", false
}

// Extension returns the ending of file names of that type with its dot, and ""
// for a type that is not accepted.
func Extension(contentType string) string {
	for _, t := range types {
		if t.contentType == contentType {
			return t.extension
		}
	}
	return ""
}

// ContentTypes lists the content types that are accepted.
func ContentTypes() []string {
	out := make([]string, len(types))
	for i, t := range types {
		out[i] = t.contentType
	}
	return out
}
