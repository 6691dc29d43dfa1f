package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
)

// signature is the part of a signed URL in which the two differ.
var signature = regexp.MustCompile(`s=[A-Za-z0-9_-]{43}"`)

// sameContent wants two answers to have the same content, but for the
// signatures of URLs, of which both must have as many.
func sameContent(want, got []byte) error {
	a, err := content(want)
	if err != nil {
		return fmt.Errorf("the floor: %w", err)
	}
	b, err := content(got)
	if err != nil {
		return fmt.Errorf("the server: %w", err)
	}
	if !reflect.DeepEqual(a, b) {
		return fmt.Errorf("they differ:\n  the floor:  %.2000s\n  the server: %.2000s", want, got)
	}
	return nil
}

func content(body []byte) (any, error) {
	// In JSON both may write & as \u0026.
	var whole any
	if err := json.Unmarshal(body, &whole); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(whole)
	if err != nil {
		return nil, err
	}
	if !signature.Match(plain) {
		return nil, errors.New("no signed URL")
	}
	var out any
	err = json.Unmarshal(signature.ReplaceAll(plain, []byte(`s="`)), &out)
	return out, err
}
