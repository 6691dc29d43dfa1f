// Package client speaks to a running Keepsake as its clients do: GraphQL over
// HTTP, subscriptions over graphql-transport-ws, files by upload ticket. The
// demo, the benchmarks and tests of the whole program use it; it knows nothing
// of the server's packages.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxAnswer bounds one answer to a query, in bytes.
const maxAnswer = 32 << 20

// Vars are the variables of an operation.
type Vars map[string]any

// Client asks one server as one viewer. It may be used concurrently.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New returns a client for the server at base, such as http://127.0.0.1:8080,
// that is not signed in. A nil h is http.DefaultClient.
func New(base string, h *http.Client) *Client {
	if h == nil {
		h = http.DefaultClient
	}
	return &Client{base: strings.TrimSuffix(base, "/"), http: h}
}

// As returns a client for the same server that sends the access token.
func (c *Client) As(token string) *Client {
	as := *c
	as.token = token
	return &as
}

// At returns a client for another server that sends the same access token.
func (c *Client) At(base string) *Client {
	at := *c
	at.base = strings.TrimSuffix(base, "/")
	return &at
}

// Do runs a query or mutation and decodes its data into the value that into
// points to. An answer with errors gives them, see Error; its data are decoded
// all the same.
func (c *Client) Do(ctx context.Context, query string, vars Vars, into any) error {
	body, err := json.Marshal(operation{Query: query, Variables: vars})
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/graphql", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/graphql-response+json, application/json;q=0.9")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("query: answer: %w", err)
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil || (a.Data == nil && a.Errors == nil) {
		return fmt.Errorf("query: not an answer of GraphQL: %w", newStatusError(resp, text))
	}
	return a.decode(into)
}

// Alive reports whether a Keepsake answers here.
func (c *Client) Alive(ctx context.Context) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/healthz", nil)
	if err != nil {
		return false
	}
	_, err = c.fetch(r, maxShown)
	return err == nil
}

// Ask is Do with the data as its result.
func Ask[T any](ctx context.Context, c *Client, query string, vars Vars) (T, error) {
	var data T
	err := c.Do(ctx, query, vars, &data)
	return data, err
}

type operation struct {
	Query     string `json:"query"`
	Variables Vars   `json:"variables,omitempty"`
}

// answer is the result of an operation, or one of a subscription's.
type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []*Error        `json:"errors"`
}

func (a *answer) decode(into any) error {
	err := join(a.Errors)
	if a.Data != nil {
		if bad := json.Unmarshal(a.Data, into); bad != nil {
			return errors.Join(err, fmt.Errorf("data: %w", bad))
		}
	}
	return err
}
