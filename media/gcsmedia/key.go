package gcsmedia

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// maxLife is the longest that Google lets a signature hold.
const maxLife = 7 * 24 * time.Hour

// newSigner makes the one signer that the options ask for.
func newSigner(ctx context.Context, o Options, timeout time.Duration) (*signer, error) {
	var ways []string
	if o.HMACAccessID != "" || o.HMACSecret != "" {
		ways = append(ways, "an HMAC key")
	}
	if o.KeyFile != "" {
		ways = append(ways, "a key file")
	}
	if o.Account != "" {
		ways = append(ways, "an account that IAM signs for")
	}
	if len(ways) != 1 {
		given := "none"
		if len(ways) > 0 {
			given = strings.Join(ways, " and ")
		}
		return nil, fmt.Errorf("give exactly one way of signing: an HMAC key (access id and secret), "+
			"a service account's key file, or the account that IAM signs for; given: %s", given)
	}
	switch {
	case o.KeyFile != "":
		return fileSigner(o.KeyFile)
	case o.Account != "":
		return iamSigner(ctx, o, timeout)
	case o.HMACAccessID == "" || o.HMACSecret == "":
		return nil, errors.New("an HMAC key is an access id and a secret; one of them is missing")
	}
	return hmacSigner(o.HMACAccessID, o.HMACSecret), nil
}

// hmacSigner signs with a key that is derived from the secret for each day.
func hmacSigner(accessID, secret string) *signer {
	return &signer{
		account: accessID, algorithm: algorithmHMAC, maxLife: maxLife,
		sign: func(_ context.Context, at time.Time, text string) ([]byte, error) {
			key := []byte("GOOG4" + secret)
			for _, part := range [...]string{at.Format(dayLayout), "auto", "storage", "goog4_request", text} {
				mac := hmac.New(sha256.New, key)
				mac.Write([]byte(part))
				key = mac.Sum(nil)
			}
			return key, nil
		},
		close: func() {},
	}
}

// fileSigner signs with the private key of a service account's key file.
func fileSigner(path string) (*signer, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the key file: %w", err)
	}
	var file struct {
		Type    string `json:"type"`
		Account string `json:"client_email"`
		Key     string `json:"private_key"`
	}
	if err := json.Unmarshal(text, &file); err != nil || file.Type != "service_account" || file.Account == "" {
		return nil, fmt.Errorf("%s is not the JSON key of a service account", path)
	}
	key, err := parseKey(file.Key)
	if err != nil {
		return nil, fmt.Errorf("the private key in %s: %w", path, err)
	}
	return rsaSigner(file.Account, key), nil
}

func rsaSigner(account string, key *rsa.PrivateKey) *signer {
	return &signer{
		account: account, algorithm: algorithmRSA, maxLife: maxLife,
		sign: func(_ context.Context, _ time.Time, text string) ([]byte, error) {
			sum := sha256.Sum256([]byte(text))
			return rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
		},
		close: func() {},
	}
}

func parseKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("it is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("it is not an RSA key")
	}
	return key, nil
}
