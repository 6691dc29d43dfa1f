package gcsserver

import (
	"encoding/xml"
	"net/http"
)

// fault is a refusal with one of the codes of "HTTP status and error codes for
// XML".
type fault struct {
	status  int
	code    string
	message string
}

func (f *fault) Error() string { return f.code + ": " + f.message }

func denied(message string) *fault {
	return &fault{http.StatusForbidden, "AccessDenied", message}
}

func mismatch(message string) *fault {
	return &fault{http.StatusForbidden, "SignatureDoesNotMatch", message}
}

func malformed(code, message string) *fault {
	return &fault{http.StatusBadRequest, code, message}
}

// write answers with the fault as GCS does.
func (f *fault) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/xml; charset=UTF-8")
	w.WriteHeader(f.status)
	// A client that is gone reads nothing.
	_, _ = w.Write([]byte(xml.Header))
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: f.code, Message: f.message})
}
