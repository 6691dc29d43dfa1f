package main

import (
	"mime"
	"strconv"
	"strings"
)

// The media types of answers: GraphQL's own goes to who names it.
const (
	typeGraphQL = "application/graphql-response+json"
	typeJSON    = "application/json"
	typeEvents  = "text/event-stream"
)

// maxRanges is how many media ranges of an Accept header are looked at.
const maxRanges = 32

// accepts holds the media ranges of an Accept header with their qualities.
type accepts map[string]float64

// readAccept reads the values of the Accept header. What is no media range is
// passed over.
func readAccept(values []string) accepts {
	a := accepts{}
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			mediaRange, params, err := mime.ParseMediaType(part)
			if err != nil || len(a) == maxRanges || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
				continue
			}
			q := 1.0
			if text, given := params["q"]; given {
				if q, err = strconv.ParseFloat(text, 64); err != nil || !(q >= 0 && q <= 1) {
					continue
				}
			}
			a[mediaRange] = q
		}
	}
	return a
}

// quality is that of a media type, from 0 for one that is not wanted to 1, by the
// range that names it most closely; exact is one that names it whole.
func (a accepts) quality(mediaType string) (q float64, exact bool) {
	if q, ok := a[mediaType]; ok {
		return q, true
	}
	kind, _, _ := strings.Cut(mediaType, "/")
	if q, ok := a[kind+"/*"]; ok {
		return q, false
	}
	return a["*/*"], false
}

// explicit is the quality of a media type that is named whole, else 0.
func (a accepts) explicit(mediaType string) float64 {
	q, exact := a.quality(mediaType)
	if !exact {
		return 0
	}
	return q
}

// answerType chooses the media type of an answer by the values of the Accept
// header: GraphQL's own where it is named and JSON is not preferred, else JSON. It
// reports false where neither is wanted.
func answerType(values []string) (mediaType string, ok bool) {
	if len(values) == 0 || len(values) == 1 && (values[0] == "*/*" || values[0] == typeJSON || strings.TrimSpace(values[0]) == "") {
		return typeJSON, true // what most send
	}
	a := readAccept(values)
	own, exact := a.quality(typeGraphQL)
	plain, _ := a.quality(typeJSON)
	switch {
	case own > plain, exact && own > 0 && own == plain:
		return typeGraphQL, true
	default:
		return typeJSON, plain > 0
	}
}
