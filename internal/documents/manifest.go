package documents

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// maxManifest is the largest manifest, in bytes.
const maxManifest = 64 << 20

// Load reads the manifest in a file, as Parse does.
func Load(path string) (trusted map[string]string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("trusted documents: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	text, err := io.ReadAll(io.LimitReader(file, maxManifest+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("trusted documents: %w", err)
	case len(text) > maxManifest:
		return nil, fmt.Errorf("trusted documents: %s has more than %d bytes", path, maxManifest)
	}
	return Parse(text, path)
}

// Parse reads a manifest of trusted documents: a JSON object from the SHA-256 of
// each document, in lower-case hexadecimal digits, to its text. A hash that is not
// that of its document is an error, and so is a manifest of none; name says in
// errors which manifest it was.
func Parse(text []byte, name string) (trusted map[string]string, err error) {
	if err := json.Unmarshal(text, &trusted); err != nil {
		return nil, fmt.Errorf("trusted documents: %s is not a JSON object of documents by hash: %w", name, err)
	}
	if len(trusted) == 0 {
		return nil, fmt.Errorf("trusted documents: %s has none", name)
	}
	for hash, document := range trusted {
		if Hash(document) != hash {
			return nil, fmt.Errorf("trusted documents: %s: the SHA-256 of the document at %q is %s", name, hash, Hash(document))
		}
	}
	return trusted, nil
}
