package attack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

const (
	tooComplex = "400 QUERY_TOO_COMPLEX"
	noParse    = "400 GRAPHQL_PARSE_FAILED"
	notValid   = "400 GRAPHQL_VALIDATION_FAILED"
	badInput   = "400 INVALID_INPUT"
)

// documents are attacks by what is asked: package graph/guard has some fifty more,
// without a server around them.
func documents() []attack {
	variable := func(value string) func() []byte {
		return func() []byte {
			return []byte(`{"query":"query($i:[ID!]!){nodes(ids:$i){id}}","variables":{"i":` + value + `}}`)
		}
	}
	return []attack{
		document("10,000 aliases", tooComplex, func() string { return "{" + numbered(10_000, "a%d:me{id}") + "}" }),
		document("as many aliases as tokens allow", tooComplex, func() string { return "{me{" + numbered(640, "a%d:id ") + "}}" }),
		document("nested 1,000 deep", noParse, func() string { return strings.Repeat("{album", 1000) + strings.Repeat("}", 1000) }),
		document("nested 1,000 deep, by inline fragments", noParse, func() string {
			return "{me{" + strings.Repeat("...{", 1000) + "id" + strings.Repeat("}", 1000) + "}}"
		}),
		posting("1 MB of directives", "413 INVALID_INPUT", func() []byte {
			return query("{me" + strings.Repeat("@include(if:true)", 1<<20/17) + "{id}}")
		}),
		document("1,000 KB of directives", tooComplex, func() string { return "{me" + strings.Repeat("@include(if:true)", 1_000_000/17) + "{id}}" }),
		document("64 KB of directives", noParse, func() string { return "{me" + strings.Repeat("@include(if:true)", 3_800) + "{id}}" }),
		document("circular fragments", notValid, func() string { return "{me{...a}}fragment a on User{...b}fragment b on User{...a}" }),
		document("doubling fragments", tooComplex, func() string {
			return "{me{...f0}}" + numbered(24, "fragment f%d on User{...f%n ...f%n}") + "fragment f24 on User{id}"
		}),
		document("a field 5,000 times", noParse, func() string { return "{" + strings.Repeat("id ", 5000) + "}" }),
		document("a field as often as tokens allow", tooComplex, func() string { return "{me{" + strings.Repeat("id ", 1900) + "}}" }),
		document("albums of owners of albums", tooComplex, func() string {
			return "{me{albums(first:100){edges{node{media(first:100){edges{node{comments(first:100){edges{node{author{id}}}}}}}}}}}}"
		}),
		document("names that do not exist", notValid, func() string { return "{me{" + numbered(1900, "a%d ") + "}}" }),
		document("a text without end", noParse, func() string { return `{node(id:"` + strings.Repeat("x", 60_000) }),
		posting("500,000 numbers in a variable", tooComplex, variable("["+strings.Repeat("1,", 500_000)+"1]")),
		posting("100,000 objects in a variable", tooComplex, variable("["+strings.Repeat(`{"a":1},`, 100_000)+"1]")),
		posting("a variable nested 5,000 deep", tooComplex, variable(strings.Repeat("[", 5000)+strings.Repeat("]", 5000))),
		posting("a variable nested 400,000 deep", badInput, variable(strings.Repeat("[", 400_000)+strings.Repeat("]", 400_000))),
		posting("a text of 1 MB in a variable", "200 NOT_FOUND", variable(`["`+strings.Repeat("x", 1_000_000)+`"]`)),
		posting("a batch of 1,000", badInput, func() []byte {
			return []byte("[" + strings.TrimSuffix(strings.Repeat(`{"query":"{me{id}}"},`, 1000), ",") + "]")
		}),
		posting("100,000 extensions", tooComplex, func() []byte {
			return []byte(`{"query":"{me{id}}","extensions":{` + strings.TrimSuffix(numbered(70_000, `"a%d":1,`), ",") + "}}")
		}),
		document("introspection, the whole schema", notValid, func() string { return introspection }),
		document("introspection, 19 times", tooComplex, func() string { return "{" + numbered(19, "a%d:__schema{types{"+typeFields+"}}") + "}" }),
		document("introspection, in circles", notValid, func() string {
			return "{__schema{types{fields{type{fields{type{fields{type{fields{type{name}}}}}}}}}}}"
		}),
		posting("unknown persisted queries", "400 PERSISTED_QUERY_NOT_FOUND", func() []byte {
			return []byte(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + strings.Repeat("ab", 32) + `"}}}`)
		}),
	}
}

const typeFields = "name fields(includeDeprecated:true){name args{name description defaultValue type{name kind}} type{name kind ofType{name}}} inputFields{name type{name}} enumValues{name}"

// introspection asks for the schema as explorers do.
const introspection = `query IntrospectionQuery { __schema {
	queryType { name } mutationType { name } subscriptionType { name }
	types { ...FullType }
	directives { name description locations args { ...InputValue } }
} }
fragment FullType on __Type {
	kind name description
	fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
	inputFields { ...InputValue }
	interfaces { ...TypeRef }
	enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
	possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`

// document posts a document by nobody.
func document(name, want string, write func() string) attack {
	return posting(name, want, func() []byte { return query(write()) })
}

// posting posts a body by nobody. It is made when it is first needed.
func posting(name, want string, write func() []byte, headers ...string) attack {
	body := sync.OnceValue(write)
	return attack{name: name, want: want, send: func(ctx context.Context, a *attacker) (string, error) {
		return short(a.post(ctx, body(), headers...))
	}}
}

// query is the body that asks for a document.
func query(document string) []byte {
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		panic(err) // strings alone
	}
	return body
}

// numbered joins n texts, in which %d is the text's number and %n the next one.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.NewReplacer("%d", fmt.Sprint(i), "%n", fmt.Sprint(i+1)).Replace(format))
	}
	return b.String()
}
