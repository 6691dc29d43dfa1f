package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"

	"keepsake/album"
)

// shareTokenBytes makes 22 characters: WeChat's QR codes carry a scene of at
// most 32.
const shareTokenBytes = 16

// NewSecret returns a new random token of 256 bits in 43 URL-safe characters,
// for the client, and its hash, for the store.
func NewSecret() (token string, hash []byte) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return SecretOf(b)
}

// SecretOf is NewSecret with 256 bits that nobody else can know.
func SecretOf(b []byte) (token string, hash []byte) {
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, HashSecret(token)
}

// HashSecret returns the SHA-256 under which the store knows a refresh or share
// token. A plain hash is enough: the tokens are too long to guess.
func HashSecret(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// ShareToken returns the secret of a share's link, 128 bits in 22 URL-safe
// characters. It follows from the share's identifier and key, the sub-key of
// LabelShare, so managers can be shown a link of which the store has only the hash.
func ShareToken(key []byte, id album.ShareID) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:shareTokenBytes])
}
