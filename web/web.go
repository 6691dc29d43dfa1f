// Package web serves the pages of Keepsake: the album page and the explorer, as
// `make web` builds them. Their sources lie beside it in src; what a link's page
// tells of its album is handed to it.
package web

import (
	"embed"
	"io/fs"
)

// folder is one with the built pages in app, if the program was built with them.
//
//go:embed all:dist
var folder embed.FS

// The files of the two pages, and the folder with all that they load.
const (
	albumPage    = "album.html"
	explorerPage = "graphiql.html"
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
