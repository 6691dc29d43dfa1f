package auth

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
)

// maxSealed bounds a sealed text, in bytes.
const maxSealed = 8 << 10

// Seal writes a payload, for all to read, as text that is safe in a URL and that
// nobody without the key can make: its HMAC-SHA256 and it.
func Seal(key, payload []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(seal(key, payload), payload...))
}

// Unseal returns the payload of a text that Seal made with that key; ok is false
// for every other text.
func Unseal(key []byte, text string) (payload []byte, ok bool) {
	if len(text) > maxSealed {
		return nil, false
	}
	// Strict, so that there is one text of each payload.
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(sealed) < sha256.Size || bytes.ContainsAny([]byte(text), "\r\n") {
		return nil, false
	}
	payload = sealed[sha256.Size:]
	return payload, hmac.Equal(sealed[:sha256.Size], seal(key, payload))
}

func seal(key, payload []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(payload)
	return mac.Sum(nil)
}
