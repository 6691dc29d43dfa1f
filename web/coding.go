package web

import (
	"mime"
	"strconv"
	"strings"
)

// chooseCoding is how a client wants a file by its Accept-Encoding: "br", "gzip",
// or "" for as it is. Of what it takes the smallest counts, not what it prefers.
func chooseCoding(values []string) string {
	takes := map[string]bool{}
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			coding, params, err := mime.ParseMediaType(part)
			if err != nil {
				continue
			}
			q := 1.0
			if text, given := params["q"]; given {
				if q, err = strconv.ParseFloat(text, 64); err != nil {
					continue
				}
			}
			takes[coding] = q > 0
		}
	}
	for _, coding := range []string{"br", "gzip"} {
		if yes, named := takes[coding]; yes || !named && takes["*"] {
			return coding
		}
	}
	return ""
}
