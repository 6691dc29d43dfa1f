package guard_test

import (
	"fmt"
	"strings"
)

// attack is a document that is meant to cost much.
type attack struct {
	name      string
	document  string
	variables map[string]any
	operation string // its name, where there are several
	code      string // what it is refused with, or empty
}

const (
	tooComplex = "QUERY_TOO_COMPLEX"
	noParse    = "GRAPHQL_PARSE_FAILED"
	notValid   = "GRAPHQL_VALIDATION_FAILED"
)

// most is the size of the documents that attack.
const most = 64 << 10

// numbered joins n texts, in each of which %d is its number.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(format, "%d", fmt.Sprint(i)))
	}
	return b.String()
}

// filled repeats a text until the document is as large as it may be.
func filled(before, repeated, after string) string {
	return before + strings.Repeat(repeated, (most-len(before)-len(after))/len(repeated)) + after
}

// wide repeats a text until the document has some 1,950 tokens: what tokens alone
// let through.
func wide(before, repeated, after string, tokens int) string {
	return before + strings.Repeat(repeated, 1950/tokens) + after
}

// attacks are all of them. Those that only repeat are there twice, as large as
// bytes allow and as large as tokens do.
func attacks() []attack {
	deep := func(n int) string { return strings.Repeat("{album", n) + strings.Repeat("}", n) }
	list := func(n int, item string) []any {
		all := make([]any, n)
		for i := range all {
			all[i] = item
		}
		return all
	}
	nested := any("x")
	for range 5000 {
		nested = []any{nested}
	}
	var double strings.Builder
	double.WriteString("{me{...f0}}")
	for i := range 24 {
		fmt.Fprintf(&double, "fragment f%d on User{...f%d ...f%d}", i, i+1, i+1)
	}
	double.WriteString("fragment f24 on User{id}")

	ring := func(n int) string {
		var b strings.Builder
		b.WriteString("{me{...f0}}")
		for i := range n {
			fmt.Fprintf(&b, "fragment f%d on User{...f%d}", i, (i+1)%n)
		}
		return b.String()
	}
	var mesh strings.Builder // each spreads all that follow
	mesh.WriteString("{me{...f0}}")
	for i := range 40 {
		fmt.Fprintf(&mesh, "fragment f%d on User{id", i)
		for j := i + 1; j < 40; j++ {
			fmt.Fprintf(&mesh, " ...f%d", j)
		}
		mesh.WriteString("}")
	}
	var long strings.Builder // a line of fragments, each with fields
	long.WriteString("{me{...f0}}")
	for i := range 90 {
		fmt.Fprintf(&long, "fragment f%d on User{a%d:id b%d:id c%d:id d%d:id ...f%d}", i, i, i, i, i, i+1)
	}
	long.WriteString("fragment f90 on User{id}")
	var lines strings.Builder // the same without aliases
	lines.WriteString("{me{...f0}}")
	for i := range 90 {
		fmt.Fprintf(&lines, "fragment f%d on User{id displayName createdAt avatarUrl ...f%d}", i, i+1)
	}
	lines.WriteString("fragment f90 on User{id}")
	tree := "id"
	for range 6 {
		tree = "album{owner{" + tree + "} owner{" + tree + "}}"
	}
	return []attack{
		{name: "10,000 aliases", document: "{" + numbered(6000, "a%d:me{id}") + "}", code: tooComplex},
		{name: "aliases, by tokens", document: "{me{" + numbered(640, "a%d:id ") + "}}", code: tooComplex},
		{name: "1,000 deep", document: deep(1000), code: noParse},
		{name: "480 deep", document: deep(480), code: tooComplex},
		{name: "deep, to the last byte", document: strings.Repeat("{a", most/2), code: noParse},
		{name: "inline fragments, 450 deep", document: "{me{" + strings.Repeat("...{", 450) + strings.Repeat("id ", 300) + strings.Repeat("}", 450) + "}}", code: tooComplex},
		{name: "{id x 5000}", document: "{" + strings.Repeat("id ", 5000) + "}", code: noParse},
		{name: "{id …}, by tokens", document: wide("{me{", "id ", "}}", 1), code: tooComplex},
		{name: "owner{id name} x 1000", document: "{album(id:1){" + strings.Repeat("owner{id displayName}", 1000) + "}}", code: noParse},
		{name: "owner{id name} …, by tokens", document: wide("{album(id:1){", "owner{id displayName}", "}}", 5), code: tooComplex},
		{name: "owners within owners", document: "{media(id:1){" + tree + "}}", code: tooComplex},
		{name: "directives", document: filled("{me", "@include(if:true)", "{id}}"), code: noParse},
		{name: "directives, by tokens", document: wide("{me", "@include(if:true)", "{id}}", 7), code: tooComplex},
		{name: "unknown directives", document: wide("{me{id", "@x", "}}", 2), code: tooComplex},
		{name: "circular fragments", document: ring(40), code: notValid},
		{name: "more circular fragments", document: ring(90), code: tooComplex},
		{name: "a fragment in itself", document: "{me{...f}}fragment f on User{id ...f}", code: notValid},
		{name: "doubling fragments", document: double.String(), code: tooComplex},
		{name: "doubling fragments of a stream", document: strings.Replace(double.String(), "{me{...f0}}", "subscription{feedEvents{actor{...f0}}}", 1), code: tooComplex},
		{name: "a mesh of fragments", document: mesh.String(), code: tooComplex},
		{name: "a line of fragments with aliases", document: long.String(), code: tooComplex},
		{name: "a line of fragments", document: lines.String(), code: tooComplex},
		{name: "fragments without use", document: "{me{id}}" + numbered(90, "fragment f%d on User{id displayName createdAt}"), code: notValid},
		{name: "too many fragments", document: "{me{id}}" + numbered(190, "fragment f%d on User{id}"), code: tooComplex},
		{name: "many operations", document: numbered(150, "query q%d{me{id}}"), code: tooComplex},
		{name: "many variables", document: "query(" + numbered(400, "$v%d:Int ") + "){me{id}}", code: tooComplex},
		{name: "fields that do not exist", document: "{me{" + numbered(1900, "a%d ") + "}}", code: notValid},
		{name: "long names that do not exist", document: "{me{" + numbered(600, strings.Repeat("x", 90)+"%d ") + "}}", code: notValid},
		{name: "a very long name", document: "{me{" + strings.Repeat("x", most-8) + "}}", code: tooComplex},
		{name: "arguments that do not exist", document: "{me{id(" + numbered(600, "a%d:1 ") + ")}}", code: notValid},
		{name: "types that do not exist", document: "{me{" + numbered(44, "...on "+strings.Repeat("X", 80)+"%d{id}") + "}}", code: notValid},
		{name: "a long list", document: filled("{nodes(ids:[", "1,", "]){id}}"), code: noParse},
		{name: "a long list, by tokens", document: wide("{nodes(ids:[", "1,", "]){id}}", 1), code: tooComplex},
		{name: "wrong values", document: "{nodes(ids:[" + strings.Repeat("{a:1}", 300) + "]){id}}", code: notValid},
		{name: "lists in lists", document: "{nodes(ids:" + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "){id}}", code: tooComplex},
		{name: "objects in objects", document: "{nodes(ids:" + strings.Repeat("{a:", 300) + "1" + strings.Repeat("}", 300) + "){id}}", code: tooComplex},
		{name: "lists that are compared", document: "{" + strings.Repeat("nodes(ids:["+strings.Repeat("1,", 90)+"]){id}", 10) + "}", code: tooComplex},
		{name: "arguments that are compared", document: "{me{" + strings.Repeat("id("+numbered(60, "a%d:1 ")+")", 8) + "}}", code: tooComplex},
		{name: "a long string", document: filled("{node(id:\"", "x", "\"){id}}"), code: tooComplex},
		{name: "a long string of escapes", document: filled("{node(id:\"", `\u00e4`, "\"){id}}"), code: tooComplex},
		{name: "a long block string", document: filled("{node(id:\"\"\"", " x\n", "\"\"\"){id}}"), code: tooComplex},
		{name: "many strings", document: wide("{nodes(ids:[", `"`+strings.Repeat("y", 60)+`",`, "]){id}}", 2), code: ""},
		{name: "a string without end", document: filled("{node(id:\"", "x", ""), code: noParse},
		{name: "comments", document: filled("{me{id}}", "#\n", ""), code: noParse},
		{name: "spaces", document: filled("{me{id}}", "\n", ""), code: ""},
		{name: "more bytes than allowed", document: filled("{me{id}}", "\n", "") + strings.Repeat("\n", 100), code: tooComplex},
		{name: "introspection, many times", document: "{" + numbered(19, "a%d:__schema{types{name fields{name args{name description defaultValue type{name kind}} type{name kind ofType{name}}} inputFields{name type{name}} enumValues{name}}}") + "}", code: tooComplex},
		{name: "introspection, deep", document: "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}", code: notValid},
		{name: "types of types", document: "{__schema{queryType" + strings.Repeat("{ofType", 300) + strings.Repeat("}", 300) + "}}", code: tooComplex},
		{name: "albums of owners of albums", document: "{me{albums(first:100){edges{node{media(first:100){edges{node{comments(first:100){edges{node{author{id}}}}}}}}}}}}", code: tooComplex},
		{name: "archives", document: "{me{albums(first:100){edges{node{archive{parts{url}}}}}}}", code: tooComplex},
		{name: "a list of variables", document: "query($i:[ID!]!){nodes(ids:$i){id}}", variables: map[string]any{"i": list(20_000, "x")}, code: tooComplex},
		{name: "variables in variables", document: "query($i:[ID!]!){nodes(ids:$i){id}}", variables: map[string]any{"i": nested}, code: tooComplex},
		{name: "unknown variables", document: "query($i:ID!){node(id:$i){id}}", variables: map[string]any{"i": "x", "j": list(20_000, "x")}, code: tooComplex},
		{name: "directives that are unknown, by ten", document: "query cop{__typename " + strings.Repeat("@aa", 10) + "}", code: notValid},
		{name: "introspection in circles", document: "{__schema{types{fields{type{fields{type{fields{type{fields{type{name}}}}}}}}}}}", code: notValid},
		{name: "circular fragments of introspection", document: "{__schema{...A}}fragment A on __Schema{__typename ...B}fragment B on __Schema{...A}", code: notValid},
		{name: "a field 500 times", document: "query cop{" + strings.Repeat("__typename ", 500) + "}", code: tooComplex},
		{name: "marks of byte order", document: filled("{me{id}}", "\ufeff", ""), code: ""},
		{name: "no UTF-8", document: filled("{me{id}}", "\xff", ""), code: noParse},
		{name: "no UTF-8 in a text", document: filled("{node(id:\"", "\xff", "\"){id}}"), code: tooComplex},
		{name: "not closed", document: wide("{me", "{me ", "", 2), code: noParse},
		{name: "nothing", document: "", code: notValid},
	}
}
