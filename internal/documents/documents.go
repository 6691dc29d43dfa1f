// Package documents knows GraphQL documents by their SHA-256: those that clients
// register by the protocol of automatic persisted queries, and the trusted ones
// of a manifest, beside which nothing else is taken.
package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"keepsake/album"
)

const (
	// maxBytes bounds all registered documents of a node.
	maxBytes = 16 << 20
	// maxDocument is the largest document that is kept, in bytes. A larger one is
	// executed all the same, each time that it is sent whole.
	maxDocument = 64 << 10
	// registers is where a request's statistics hold the hash that it registers.
	registers = "keepsake/documents"
)

// Documents is an extension of gqlgen's executor, and so works the same however
// a request came.
//
// Without trusted documents it is automatic persisted queries: a request may have
// extensions.persistedQuery {version: 1, sha256Hash} in place of its document. One
// that is not known is PERSISTED_QUERY_NOT_FOUND; sent again with its document it
// is executed, and known from then on if it was valid. The registered documents of
// a node are bounded by bytes, and the least used are forgotten.
//
// With trusted documents only those are executed, named by hash or sent whole;
// all else is DOCUMENT_NOT_TRUSTED.
type Documents struct {
	trusted map[string]string // documents by hash, or nil
	known   *cache
}

var (
	_ graphql.HandlerExtension          = (*Documents)(nil)
	_ graphql.OperationParameterMutator = (*Documents)(nil)
	_ graphql.OperationContextMutator   = (*Documents)(nil)
)

// New returns the extension. Trusted documents, by hash, may be nil.
func New(trusted map[string]string) *Documents {
	return &Documents{trusted: trusted, known: newCache(maxBytes)}
}

// ExtensionName implements graphql.HandlerExtension.
func (*Documents) ExtensionName() string { return "Documents" }

// Validate implements graphql.HandlerExtension.
func (*Documents) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator: it puts
// the document that a hash names into the request.
func (d *Documents) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	hash, ok := named(params.Extensions)
	if !ok {
		return refusal(album.CodeInvalidInput, "extensions.persistedQuery must have version 1 and the sha256Hash, 64 hexadecimal digits")
	}
	if params.Query != "" && (hash != "" || d.trusted != nil) {
		sum := Hash(params.Query)
		if hash != "" && hash != sum {
			return refusal(album.CodeInvalidInput, "the hash is not that of the document")
		}
		hash = sum
	}
	switch {
	case d.trusted != nil:
		document, ok := d.trusted[hash]
		if !ok {
			return refusal(album.CodeDocumentNotTrusted, "only documents of the service's own clients are taken")
		}
		params.Query = document
	case hash == "":
	case params.Query != "":
		graphql.GetOperationContext(ctx).Stats.SetExtension(registers, hash)
	default:
		document, ok := d.known.get(hash)
		if !ok { // some clients know it by this message
			return refusal(album.CodePersistedQueryNotFound, "PersistedQueryNotFound")
		}
		params.Query = document
	}
	return nil
}

// MutateOperationContext implements graphql.OperationContextMutator. The document
// is valid here, so it is registered if that was asked for.
func (d *Documents) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if hash, ok := op.Stats.GetExtension(registers).(string); ok && len(op.RawQuery) <= maxDocument {
		d.known.add(hash, op.RawQuery)
	}
	return nil
}

// Hash is the SHA-256 of a document, in lower-case hexadecimal digits.
func Hash(document string) string {
	sum := sha256.Sum256([]byte(document))
	return hex.EncodeToString(sum[:])
}

// named is the hash that a request's extensions name, in lower case, or empty. It
// reports false where they name one in a form that is none.
func named(extensions map[string]any) (hash string, ok bool) {
	value := extensions["persistedQuery"]
	if value == nil {
		return "", true
	}
	query, ok := value.(map[string]any)
	if !ok {
		return "", false
	}
	hash, ok = query["sha256Hash"].(string)
	return strings.ToLower(hash), ok && isHash(hash) && query["version"] == json.Number("1")
}

func isHash(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 2*sha256.Size
}

func refusal(code album.Code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": string(code)}}
}
