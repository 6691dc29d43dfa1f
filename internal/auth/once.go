package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// Once names and seals what is kept of idempotency keys: who reads the database
// learns neither what was asked for nor what was answered, in which tokens may be.
type Once struct{ key []byte }

// NewOnce takes the sub-key of LabelOnce.
func NewOnce(key []byte) Once { return Once{key} }

// Hash is the HMAC-SHA256 of parts for a purpose, each with its length.
func (o Once) Hash(purpose string, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, o.key)
	for _, part := range append([][]byte{[]byte(purpose)}, parts...) {
		_ = binary.Write(mac, binary.BigEndian, uint64(len(part))) // a hash takes all
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// Seal encrypts the answer under a key's ID.
func (o Once) Seal(id string, answer []byte) []byte {
	return o.cipher().Seal(nil, nil, answer, []byte(id))
}

// Open returns the answer that Seal was given with that ID; any other text is an error.
func (o Once) Open(id string, sealed []byte) ([]byte, error) {
	return o.cipher().Open(nil, nil, sealed, []byte(id))
}

func (o Once) cipher() cipher.AEAD {
	block, err := aes.NewCipher(o.Hash("answer"))
	if err != nil {
		panic(err) // only for keys of another length
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for other block sizes
	}
	return aead
}
