package diskmedia

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"keepsake/album"
)

// maxField bounds the value of a form field; a key is the longest.
const maxField = 256

// post takes a multipart/form-data form: the ticket's fields, each once, then
// the file as the last part. What type and name the file's part gives itself is
// ignored: wx.uploadFile makes them up, and the bytes are sniffed later anyway.
func (b *Bucket) post(w http.ResponseWriter, r *http.Request) error {
	if r.URL.RawQuery != "" {
		return errForged
	}
	body := b.pace(w, r.Body)
	r.Body = io.NopCloser(body) // the server closes the one it made
	form, err := r.MultipartReader()
	if err != nil {
		return album.Invalid("", "this is not a multipart/form-data form")
	}
	fields, file, err := readFields(form)
	if err != nil {
		return explain(err)
	}
	u, err := b.ticket(forPost, fields[fieldKey], fields[fieldExpires], fields[fieldType], fields[fieldBytes], fields[fieldSignature])
	if err != nil {
		return err
	}
	return b.receive(w, u, body, file, func() error {
		if n, err := file.Read(make([]byte, 1)); n > 0 {
			return errTooLong
		} else if !errors.Is(err, io.EOF) {
			return explain(err)
		}
		_, err := form.NextRawPart()
		if err == nil {
			return album.Invalid("", "the file must be the last part of the form")
		}
		if !errors.Is(err, io.EOF) {
			return explain(err)
		}
		return nil
	})
}

// readFields reads the form up to the file: the five fields, each exactly once.
func readFields(form *multipart.Reader) (map[string]string, *multipart.Part, error) {
	fields := map[string]string{fieldKey: "", fieldType: "", fieldBytes: "", fieldExpires: "", fieldSignature: ""}
	seen := 0
	for {
		part, err := form.NextRawPart()
		if err != nil {
			return nil, nil, err
		}
		name := part.FormName()
		if name == fieldFile {
			if seen < len(fields) {
				return nil, nil, album.Invalid("", "the ticket's fields must come before the file")
			}
			return fields, part, nil
		}
		if old, ok := fields[name]; !ok || old != "" {
			return nil, nil, album.Invalid("", "the form has a field that is not the ticket's, or has it twice")
		}
		value, err := io.ReadAll(io.LimitReader(part, maxField+1))
		if err != nil {
			return nil, nil, err
		}
		if len(value) == 0 || len(value) > maxField {
			return nil, nil, errForged
		}
		fields[name] = string(value)
		seen++
	}
}
