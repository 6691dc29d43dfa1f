// Package web serves the pages of Keepsake: the album page and the explorer, as
// `make web` builds them. Their sources lie beside it in src; what a link's page
// tells of its album is handed to it.
package web

import (
	"embed"
	"fmt"
	"io/fs"
)

// folder is one with the built pages in app, if the program was built with them.
//
//go:embed all:dist
var folder embed.FS

// The files of the two pages, the documents that the album page asks, and the
// folder with all that pages load.
const (
	albumPage    = "album.html"
	explorerPage = "graphiql.html"
	manifest     = "documents.json"
	assets       = "assets/"
)

// Built is what the program was built with, or nil.
func Built() fs.FS {
	built, err := fs.Sub(folder, "dist/app")
	if err != nil {
		return nil
	}
	if _, err := fs.Stat(built, albumPage); err != nil {
		return nil
	}
	return built
}

// Documents is the manifest of the album page of a build: a JSON object from the
// SHA-256 of each of its documents to the document. The explorer's are not in it.
func Documents(files fs.FS) ([]byte, error) {
	text, err := fs.ReadFile(files, manifest)
	if err != nil {
		return nil, fmt.Errorf("web: the build is not whole: %w", err)
	}
	return text, nil
}
