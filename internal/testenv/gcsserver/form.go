package gcsserver

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"
)

// maxFields bounds what a form holds before its file.
const maxFields = 64 << 10

// policy is a policy document.
type policy struct {
	Expiration time.Time
	Conditions []json.RawMessage
}

// postForm takes a form upload: fields, then the file as the last part.
func (s *Server) postForm(w http.ResponseWriter, r *http.Request) *fault {
	form, err := r.MultipartReader()
	if err != nil {
		return malformed("MalformedPOSTRequest", "this is not a multipart/form-data form")
	}
	fields, file, f := readFields(form)
	if f != nil {
		return f
	}
	if f := checkKey(fields["key"]); f != nil {
		return f
	}
	document, f := s.verifyPolicy(fields)
	if f != nil {
		return f
	}
	least, most, f := document.hold(s.Bucket, fields)
	if f != nil {
		return f
	}
	body, f := readAll(file, least, most)
	if f != nil {
		return f
	}
	if _, err := form.NextRawPart(); !errors.Is(err, io.EOF) {
		return malformed("IncorrectNumberOfFilesInPOSTRequest", "the file must be the last part, and whole")
	}
	return s.store(w, http.StatusNoContent, upload{
		key: fields["key"], body: body, generation: fields["x-goog-if-generation-match"],
		contentType: fields["content-type"], encoding: fields["content-encoding"], cacheControl: fields["cache-control"],
	})
}

// readFields reads the form up to its file. Names of fields have no case.
func readFields(form *multipart.Reader) (map[string]string, *multipart.Part, *fault) {
	fields, room := map[string]string{}, int64(maxFields)
	for {
		part, err := form.NextRawPart()
		if err != nil {
			return nil, nil, malformed("IncorrectNumberOfFilesInPOSTRequest", "the form has no file")
		}
		name := strings.ToLower(part.FormName())
		if name == "file" {
			return fields, part, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, room+1))
		if err != nil {
			return nil, nil, malformed("MalformedPOSTRequest", "the form broke off")
		}
		if room -= int64(len(value)); room < 0 {
			return nil, nil, malformed("MaxPostPreDataLengthExceeded", "the fields are too long")
		}
		if _, twice := fields[name]; twice || name == "" {
			return nil, nil, malformed("InvalidArgument", "a field has no name, or is there twice")
		}
		fields[name] = string(value)
	}
}

// verifyPolicy checks the signature of a form's policy, and its time.
func (s *Server) verifyPolicy(fields map[string]string) (policy, *fault) {
	if fields["policy"] == "" {
		return policy{}, denied("anonymous callers may not do this")
	}
	for _, name := range []string{"key", "x-goog-algorithm", "x-goog-credential", "x-goog-date", "x-goog-signature"} {
		if fields[name] == "" {
			return policy{}, malformed("InvalidArgument", "the field "+name+" is missing")
		}
	}
	at, err := time.Parse(timestampLayout, fields["x-goog-date"])
	if err != nil {
		return policy{}, malformed("InvalidArgument", "x-goog-date is not a time")
	}
	c, f := parseCredential(fields["x-goog-credential"], at)
	if f != nil {
		return policy{}, f
	}
	if f := s.check(fields["x-goog-algorithm"], c, fields["policy"], fields["x-goog-signature"]); f != nil {
		return policy{}, f
	}
	text, err := base64.StdEncoding.DecodeString(fields["policy"])
	if err != nil {
		return policy{}, malformed("InvalidPolicyDocument", "the policy is not base64")
	}
	var document policy
	if err := json.Unmarshal(text, &document); err != nil || document.Expiration.IsZero() {
		return policy{}, malformed("InvalidPolicyDocument", "the policy is not a policy document")
	}
	if document.Expiration.After(at.Add(maxLife)) {
		return policy{}, malformed("InvalidPolicyDocument", "the policy holds for more than seven days")
	}
	return document, s.inTime(at, document.Expiration)
}

// hold checks the conditions against the fields, and that a condition covers
// every field. It returns the sizes that the file may have.
func (p policy) hold(bucket string, fields map[string]string) (least, most int64, f *fault) {
	most = maxObject
	covered := map[string]bool{"policy": true, "x-goog-signature": true}
	for _, raw := range p.Conditions {
		c, f := parseCondition(raw)
		if f != nil {
			return 0, 0, f
		}
		if c.match == "content-length-range" {
			least, most = max(least, c.least), min(most, c.most)
			continue
		}
		value, given := fields[c.field]
		if c.field == "bucket" && !given {
			value, given = bucket, true
		}
		met := given && value == c.value
		if c.match == "starts-with" {
			met = strings.HasPrefix(value, c.value)
		}
		if !met {
			return 0, 0, denied("the policy's condition on " + c.field + " is not met")
		}
		covered[c.field] = true
	}
	for name := range fields {
		if !covered[name] && !strings.HasPrefix(name, "x-ignore-") {
			return 0, 0, denied("the policy has no condition on the field " + name)
		}
	}
	if !covered["key"] || !covered["bucket"] {
		return 0, 0, malformed("InvalidPolicyDocument", "the policy names no bucket or no key")
	}
	return least, most, nil
}

// condition is one of {"field": "value"}, ["eq", "$field", "value"],
// ["starts-with", "$field", "value"] and ["content-length-range", least, most].
type condition struct {
	match, field, value string
	least, most         int64
}

func parseCondition(raw json.RawMessage) (condition, *fault) {
	broken := malformed("InvalidPolicyDocument", "this is not a condition: "+string(raw))
	var exact map[string]string
	if json.Unmarshal(raw, &exact) == nil {
		for field, value := range exact {
			if len(exact) == 1 {
				return condition{match: "eq", field: strings.ToLower(field), value: value}, nil
			}
		}
		return condition{}, broken
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil || len(parts) != 3 {
		return condition{}, broken
	}
	var c condition
	if json.Unmarshal(parts[0], &c.match) != nil {
		return condition{}, broken
	}
	switch c.match {
	case "content-length-range":
		if json.Unmarshal(parts[1], &c.least) != nil || json.Unmarshal(parts[2], &c.most) != nil {
			return condition{}, broken
		}
		return c, nil
	case "eq", "starts-with":
		if json.Unmarshal(parts[1], &c.field) != nil || json.Unmarshal(parts[2], &c.value) != nil || !strings.HasPrefix(c.field, "$") {
			return condition{}, broken
		}
		c.field = strings.ToLower(c.field[1:])
		return c, nil
	}
	return condition{}, broken
}
