package gcsserver

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// rule is one of the bucket's CORS settings.
type rule struct {
	Origin         []string
	Method         []string
	ResponseHeader []string
	MaxAgeSeconds  int
}

// ruleFor finds the setting that lets pages of an origin use a method.
func (s *Server) ruleFor(origin, method string) (rule, bool) {
	s.mu.Lock()
	raw := s.settings["cors"]
	s.mu.Unlock()
	var rules []rule
	if origin == "" || json.Unmarshal(raw, &rules) != nil {
		return rule{}, false
	}
	for _, r := range rules {
		if (slices.Contains(r.Origin, origin) || slices.Contains(r.Origin, "*")) && slices.Contains(r.Method, method) {
			return r, true
		}
	}
	return rule{}, false
}

// allowOrigin tells a browser that its page may read the answer to a method, if
// the bucket's settings say so.
func (s *Server) allowOrigin(w http.ResponseWriter, origin, method string) {
	found, ok := s.ruleFor(origin, method)
	if !ok {
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Access-Control-Expose-Headers", strings.Join(found.ResponseHeader, ", "))
	w.Header().Set("Vary", "Origin")
}

// preflight answers what a browser asks before it sends. A request that is not
// allowed gets no headers, and the browser then refuses it.
func (s *Server) preflight(w http.ResponseWriter, r *http.Request) {
	found, ok := s.ruleFor(r.Header.Get("Origin"), r.Header.Get("Access-Control-Request-Method"))
	for asked := range strings.SplitSeq(r.Header.Get("Access-Control-Request-Headers"), ",") {
		asked = strings.TrimSpace(asked)
		ok = ok && (asked == "" || slices.ContainsFunc(found.ResponseHeader, func(h string) bool { return strings.EqualFold(h, asked) }))
	}
	if ok {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		h.Set("Access-Control-Allow-Methods", strings.Join(found.Method, ", "))
		h.Set("Access-Control-Allow-Headers", strings.Join(found.ResponseHeader, ", "))
		h.Set("Access-Control-Max-Age", strconv.Itoa(found.MaxAgeSeconds))
	}
	w.WriteHeader(http.StatusOK)
}
