package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

var (
	typeName  = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	fieldName = regexp.MustCompile(`^[a-z][A-Za-z0-9]*$`)
	valueName = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)
)

// The schema follows the rules of docs/SCHEMA.md.
func TestRules(t *testing.T) {
	for _, fault := range faults(served()) {
		t.Error(fault)
	}
}

// linter looks at a schema and keeps what is wrong.
type linter struct {
	schema *ast.Schema
	found  []string
}

// faults names what in a schema is against the rules.
func faults(s *ast.Schema) []string {
	l := &linter{schema: s}
	for _, d := range s.Types {
		if d.BuiltIn || strings.HasPrefix(d.Name, "__") {
			continue
		}
		l.described(d.Name, d.Description)
		l.check(typeName.MatchString(d.Name), "%s: types are in PascalCase", d.Name)
		for _, value := range d.EnumValues {
			l.described(d.Name+"."+value.Name, value.Description)
			l.check(valueName.MatchString(value.Name), "%s.%s: values are in UPPER_CASE", d.Name, value.Name)
			l.deprecation(d.Name+"."+value.Name, value.Directives)
		}
		for _, field := range d.Fields {
			if !strings.HasPrefix(field.Name, "__") {
				l.field(d, field)
			}
		}
		l.relay(d)
	}
	for _, d := range s.Directives {
		if d.Position != nil && d.Position.Src != nil && !d.Position.Src.BuiltIn {
			l.described("@"+d.Name, d.Description)
		}
	}
	if m := s.Mutation; m != nil {
		for _, field := range m.Fields {
			l.mutation(field)
		}
	}
	slices.Sort(l.found)
	return l.found
}

func (l *linter) check(ok bool, format string, args ...any) {
	if !ok {
		l.found = append(l.found, fmt.Sprintf(format, args...))
	}
}

func (l *linter) described(place, description string) {
	l.check(description != "" && strings.HasSuffix(description, "."), "%s: everything is described, in sentences", place)
}

func (l *linter) deprecation(place string, directives ast.DirectiveList) {
	if d := directives.ForName("deprecated"); d != nil {
		l.check(d.Arguments.ForName("reason") != nil, "%s: what is deprecated says what to use", place)
	}
}

func (l *linter) field(d *ast.Definition, field *ast.FieldDefinition) {
	place := d.Name + "." + field.Name
	l.described(place, field.Description)
	l.check(fieldName.MatchString(field.Name), "%s: fields are in camelCase", place)
	l.deprecation(place, field.Directives)
	l.list(place, field.Type)
	for _, arg := range field.Arguments {
		place := place + "(" + arg.Name + ":)"
		if d != l.schema.Mutation { // an input's type is described
			l.described(place, arg.Description)
		}
		l.check(fieldName.MatchString(arg.Name), "%s: arguments are in camelCase", place)
		l.list(place, arg.Type)
	}
	input := d.Kind == ast.InputObject
	l.check(input == strings.HasSuffix(d.Name, "Input"), "%s: inputs, and nothing else, have names that end in Input", d.Name)
	if !input && strings.HasSuffix(field.Type.Name(), "Connection") {
		first, after := field.Arguments.ForName("first"), field.Arguments.ForName("after")
		l.check(first != nil && first.Type.String() == "Int!" && first.DefaultValue != nil, "%s: a connection takes first: Int! with a default", place)
		l.check(after != nil && after.Type.String() == "Cursor", "%s: a connection takes after: Cursor", place)
		l.check(field.Type.NonNull, "%s: a connection is never null", place)
	}
}

// list: a null would say nothing in a list, save in the one of nodes by identifier.
func (l *linter) list(place string, t *ast.Type) {
	if t.Elem != nil {
		l.check(t.Elem.Elem == nil, "%s: there are no lists of lists", place)
		l.check(t.Elem.NonNull || place == "Query.nodes", "%s: lists have no nulls", place)
	}
}

// relay holds types to https://relay.dev/graphql/connections.htm and to Node.
func (l *linter) relay(d *ast.Definition) {
	typeOf := func(field string) string {
		if f := d.Fields.ForName(field); f != nil {
			return f.Type.String()
		}
		return ""
	}
	noun, connection := strings.CutSuffix(d.Name, "Connection")
	edge := strings.HasSuffix(d.Name, "Edge")
	switch {
	case connection:
		l.check(typeOf("edges") == "["+noun+"Edge!]!", "%s.edges: it is [%sEdge!]!", d.Name, noun)
		l.check(typeOf("pageInfo") == "PageInfo!", "%s.pageInfo: it is PageInfo!", d.Name)
	case edge:
		l.check(typeOf("cursor") == "Cursor!", "%s.cursor: it is Cursor!", d.Name)
		l.check(typeOf("node") != "" && !strings.HasPrefix(typeOf("node"), "["), "%s.node: it is one thing", d.Name)
	case d.Name == "PageInfo":
		l.check(typeOf("hasNextPage") == "Boolean!" && typeOf("hasPreviousPage") == "Boolean!" &&
			typeOf("startCursor") == "Cursor" && typeOf("endCursor") == "Cursor", "PageInfo: it is Relay's")
	case d.Kind == ast.Object && typeOf("id") != "":
		l.check(typeOf("id") == "ID!" && slices.Contains(d.Interfaces, "Node"), "%s: what has an id is a Node", d.Name)
	}
}

func (l *linter) mutation(field *ast.FieldDefinition) {
	name := strings.ToUpper(field.Name[:1]) + field.Name[1:]
	l.check(len(field.Arguments) == 1 && field.Arguments[0].Name == "input" && field.Arguments[0].Type.String() == name+"Input!",
		"Mutation.%s: it takes input: %sInput! alone", field.Name, name)
	l.check(field.Type.String() == name+"Payload!", "Mutation.%s: it returns %sPayload!", field.Name, name)
	if input := l.schema.Types[name+"Input"]; input != nil {
		key := input.Fields.ForName("idempotencyKey")
		l.check(key != nil && key.Type.String() == "String", "Mutation.%s: its input has idempotencyKey: String", field.Name)
	}
}

// Each rule finds what is against it, and that alone.
func TestRulesFind(t *testing.T) {
	const good = `
		"D." scalar Cursor
		"D." interface Node { "D." id: ID! }
		"D." enum E { "D." ONE_TWO }
		"D." type A implements Node { "D." id: ID! "D." list: [Int!] "D." e: E @deprecated(reason: "Gone.") }
		"D." type PageInfo { "D." hasNextPage: Boolean! "D." hasPreviousPage: Boolean! "D." startCursor: Cursor "D." endCursor: Cursor }
		"D." type AEdge { "D." cursor: Cursor! "D." node: A! }
		"D." type AConnection { "D." edges: [AEdge!]! "D." pageInfo: PageInfo! }
		"D." input DoItInput { "D." idempotencyKey: String }
		"D." type DoItPayload { "D." a: A! }
		"D." type Mutation { "D." doIt(input: DoItInput!): DoItPayload! }
		"D." type Query { "D." all("D." first: Int! = 20 "D." after: Cursor): AConnection! }`
	for name, c := range map[string]struct{ from, to, want string }{
		"nothing":               {"", "", ""},
		"no description":        {`"D." type A `, "type A ", "A: everything"},
		"no sentence":           {`"D." type A `, `"D" type A `, "A: everything"},
		"of a field":            {`"D." list`, "list", "A.list: everything"},
		"of an argument":        {`"D." first`, "first", "Query.all(first:): everything"},
		"of a value":            {`"D." ONE_TWO`, "ONE_TWO", "E.ONE_TWO: everything"},
		"of a directive":        {`"D." enum E`, `directive @d on FIELD "D." enum E`, "@d: everything"},
		"a type's name":         {`"D." scalar Cursor`, `"D." scalar Cursor "D." scalar x`, "x: types"},
		"a field's name":        {"list:", "a_list:", "A.a_list: fields"},
		"a value's name":        {"ONE_TWO", "oneTwo", "E.oneTwo: values"},
		"an argument's name":    {`"D." after: Cursor`, `"D." after: Cursor "D." B: Int`, "Query.all(B:): arguments"},
		"null in a list":        {"[Int!]", "[Int]", "A.list: lists"},
		"a list of lists":       {"[Int!]", "[[Int!]!]", "A.list: there are no lists of lists"},
		"no reason":             {`(reason: "Gone.")`, "", "A.e: what is deprecated"},
		"an id without a Node":  {"A implements Node", "A", "A: what has an id"},
		"edges":                 {"[AEdge!]!", "[AEdge!]", "AConnection.edges"},
		"page info":             {"pageInfo: PageInfo!", "pageInfo: PageInfo", "AConnection.pageInfo"},
		"an edge's cursor":      {"cursor: Cursor!", "cursor: ID!", "AEdge.cursor"},
		"an edge's node":        {"node: A!", "node: [A!]!", "AEdge.node"},
		"PageInfo":              {"hasNextPage: Boolean!", "hasNextPage: Boolean", "PageInfo: "},
		"first":                 {"first: Int! = 20", "first: Int", "Query.all: a connection takes first"},
		"after":                 {"after: Cursor)", "after: ID)", "Query.all: a connection takes after"},
		"a connection of null":  {"AConnection! }", "AConnection }", "Query.all: a connection is never null"},
		"a mutation's input":    {"input: DoItInput!", "input: DoItInput", "Mutation.doIt: it takes"},
		"a mutation's payload":  {"): DoItPayload!", "): A!", "Mutation.doIt: it returns"},
		"no key":                {"idempotencyKey: String", "idempotencyKey: ID", "Mutation.doIt: its input has"},
		"an input by its name":  {`"D." scalar Cursor`, `"D." scalar Cursor "D." input In { "D." a: Int }`, "In: inputs"},
		"an input that is none": {`"D." scalar Cursor`, `"D." scalar Cursor "D." type XInput { "D." a: Int }`, "XInput: inputs"},
	} {
		if c.from != "" && !strings.Contains(good, c.from) {
			t.Fatalf("%s: there is no %s", name, c.from)
		}
		found := faults(load(t, strings.Replace(good, c.from, c.to, 1)))
		if c.want == "" && len(found) > 0 || c.want != "" && (len(found) != 1 || !strings.HasPrefix(found[0], c.want)) {
			t.Errorf("%s: found %q, want %q", name, found, c.want)
		}
	}
}
