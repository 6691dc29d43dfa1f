package attack

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// check is one of another tool's, by its name there.
type check struct {
	tool, name string
	// finds reports whether the tool would find something; why is for people.
	finds func(ctx context.Context, a *attacker) (found bool, why string, err error)
	// meant is why we do what it looks for, if we do.
	meant string
}

const (
	cop   = "graphql-cop"   // github.com/dolevf/graphql-cop, its titles
	armor = "graphql-armor" // github.com/Escape-Technologies/graphql-armor, its plugins
)

// checks are those of graphql-cop, with its documents, and one for each plugin of
// graphql-armor, with a document beyond that plugin's default.
func checks() []check {
	return []check{
		{cop, "Alias Overloading", taken("query cop { " + numbered(101, "alias%d:__typename ") + "}"), ""},
		{cop, "Array-based Query Batching", batched, ""},
		{cop, "Directive Overloading", told("query cop { __typename " + strings.Repeat("@aa", 10) + " }"), ""},
		{cop, "Field Duplication", taken("query cop { " + strings.Repeat("__typename ", 500) + "}"), ""},
		{cop, "Introspection-based Circular Query", taken("query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }"), ""},
		{cop, "Circular Fragment", taken("query { __schema { ...A } } fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }"), ""},
		{cop, "Field Suggestions", says("query cop { __schema { directive } }", "did you mean"), ""},
		{cop, "Introspection", taken("query cop { __schema { types { name fields { name } } } }"), ""},
		{cop, "GraphQL IDE", explorer, ""},
		{cop, "GET Method Query Support", byGET("query cop { __typename }"), "GET only reads, nobody is known by a cookie, and answers are read by allowed origins alone"},
		{cop, "Mutation is allowed over GET (possible CSRF)", byGET("mutation cop { __typename }"), ""},
		{cop, "POST based url-encoded query (possible CSRF)", urlencoded, ""},
		{cop, "Trace Mode", says("query cop { __typename }", "tracing", "exception", "stacktrace"), ""},
		{cop, "Unhandled Errors Detection", says("qwerty cop { abc }", "exception", "goroutine", ".go:"), ""},

		{armor, "character-limit", taken("{__typename}" + strings.Repeat(" ", 64<<10)), ""},
		{armor, "cost-limit", taken("{me{albums(first:100){edges{node{media(first:100){edges{node{comments(first:100){edges{node{id}}}}}}}}}}}"), ""},
		{armor, "max-aliases", taken("{" + numbered(15, "a%d:__typename ") + numbered(90, "b%d:me{id}") + "}"), ""},
		{armor, "max-depth", taken("{me" + strings.Repeat("{albums{edges{node{owner", 4) + "{id}" + strings.Repeat("}}}}", 4) + "}"), ""},
		{armor, "max-directives", taken("{__typename" + strings.Repeat(" @include(if:true)", 51) + "}"), ""},
		{armor, "max-tokens", taken("{" + strings.Repeat("a ", 2001) + "}"), ""},
		{armor, "block-field-suggestions", says("{mee{id}}", "did you mean"), ""},
		{armor, "disable-introspection", taken("{__type(name:\"User\"){name}}"), ""},
	}
}

// checksOfOthers sees that nothing is found by the checks of graphql-cop and
// graphql-armor but what is meant so.
func (a *arena) checksOfOthers(t *testing.T) {
	for i, c := range checks() {
		t.Run(c.tool+"/"+c.name, func(t *testing.T) {
			hand := a.attacker("198.51.100.9")
			defer hand.leave()
			found, why, err := c.finds(t.Context(), hand)
			if err != nil {
				t.Fatal(err)
			}
			if found != (c.meant != "") {
				t.Errorf("check %d finds something: %t, which is not what was meant: %q. %.300s", i, found, c.meant, why)
			}
		})
	}
}

// taken asks whether a document is answered with data.
func taken(document string) func(context.Context, *attacker) (bool, string, error) {
	return func(ctx context.Context, a *attacker) (bool, string, error) {
		got, err := a.ask(ctx, "", document, nil)
		return hasData(got), string(got.body), err
	}
}

// told asks whether there is an error for each of ten directives.
func told(document string) func(context.Context, *attacker) (bool, string, error) {
	return func(ctx context.Context, a *attacker) (bool, string, error) {
		got, err := a.ask(ctx, "", document, nil)
		var said struct{ Errors []any }
		_ = json.Unmarshal(got.body, &said) // then there are none
		return hasData(got) || len(said.Errors) >= 10, string(got.body), err
	}
}

// says asks whether an answer has one of some words in it.
func says(document string, words ...string) func(context.Context, *attacker) (bool, string, error) {
	return func(ctx context.Context, a *attacker) (bool, string, error) {
		got, err := a.ask(ctx, "", document, nil)
		text := strings.ToLower(string(got.body))
		for _, word := range words {
			if strings.Contains(text, word) {
				return true, text, err
			}
		}
		return false, text, err
	}
}

func batched(ctx context.Context, a *attacker) (bool, string, error) {
	got, err := a.post(ctx, []byte("["+strings.TrimSuffix(strings.Repeat(`{"query":"query cop { __typename }"},`, 10), ",")+"]"))
	return got.body[0] == '[' || hasData(got), string(got.body), err
}

func byGET(document string) func(context.Context, *attacker) (bool, string, error) {
	return func(ctx context.Context, a *attacker) (bool, string, error) {
		got, err := a.do(ctx, "GET", "/graphql?query="+url.QueryEscape(document), nil)
		return hasData(got), string(got.body), err
	}
}

// urlencoded posts a query as forms do, in the body and in the address.
func urlencoded(ctx context.Context, a *attacker) (bool, string, error) {
	query := "query=" + url.QueryEscape("query cop { __typename }")
	form, err := a.do(ctx, "POST", "/graphql", []byte(query), "Content-Type", "application/x-www-form-urlencoded")
	if err != nil {
		return false, "", err
	}
	bare, err := a.do(ctx, "POST", "/graphql?"+query, []byte{})
	return hasData(form) || hasData(bare), string(form.body) + string(bare.body), err
}

// explorer looks where explorers usually are.
func explorer(ctx context.Context, a *attacker) (bool, string, error) {
	for _, target := range []string{"/graphiql", "/playground", "/console", "/graphql", "/"} {
		got, err := a.do(ctx, "GET", target, nil, "Accept", "text/html")
		if err != nil {
			return false, "", err
		}
		text := strings.ToLower(string(got.body))
		if strings.Contains(text, "graphiql") || strings.Contains(text, "playground") {
			return true, target, nil
		}
	}
	return false, "", nil
}

func hasData(a answer) bool {
	var said struct{ Data map[string]any }
	return json.Unmarshal(a.body, &said) == nil && len(said.Data) > 0
}
