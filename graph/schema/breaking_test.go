package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// breaking names what a client of the old schema may have asked for and the new one
// does not have, or has otherwise.
func breaking(old, now *ast.Schema) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for name, was := range old.Types {
		is := now.Types[name]
		switch {
		case was.BuiltIn:
		case is == nil:
			add("`%s` was removed", name)
		case is.Kind != was.Kind:
			add("`%s` was %s and is %s", name, was.Kind, is.Kind)
		default:
			compareTypes(was, is, add)
		}
	}
	for name, was := range old.Directives {
		is := now.Directives[name]
		if is == nil {
			add("`@%s` was removed", name)
			continue
		}
		compareArguments("@"+name, was.Arguments, is.Arguments, add)
	}
	slices.Sort(found)
	return found
}

func compareTypes(was, is *ast.Definition, add func(string, ...any)) {
	for _, name := range was.Interfaces {
		if !slices.Contains(is.Interfaces, name) {
			add("`%s` is no `%s` any more", was.Name, name)
		}
	}
	for _, name := range was.Types {
		if !slices.Contains(is.Types, name) {
			add("`%s` has no `%s` any more", was.Name, name)
		}
	}
	for _, value := range was.EnumValues {
		if is.EnumValues.ForName(value.Name) == nil {
			add("`%s.%s` was removed", was.Name, value.Name)
		}
	}
	for _, field := range was.Fields {
		place, now := was.Name+"."+field.Name, is.Fields.ForName(field.Name)
		switch {
		case now == nil:
			add("`%s` was removed", place)
			continue
		case was.Kind == ast.InputObject:
			compareInputs(place, field.Type, now.Type, field.DefaultValue, now.DefaultValue, add)
		case !narrower(field.Type, now.Type):
			add("`%s` was `%s` and is `%s`", place, field.Type, now.Type)
		}
		compareArguments(place, field.Arguments, now.Arguments, add)
	}
	if was.Kind == ast.InputObject {
		for _, field := range is.Fields {
			if was.Fields.ForName(field.Name) == nil && field.Type.NonNull && field.DefaultValue == nil {
				add("`%s.%s` is new and required", was.Name, field.Name)
			}
		}
	}
}

func compareArguments(place string, was, is ast.ArgumentDefinitionList, add func(string, ...any)) {
	for _, arg := range was {
		now := is.ForName(arg.Name)
		if now == nil {
			add("`%s(%s:)` was removed", place, arg.Name)
			continue
		}
		compareInputs(place+"("+arg.Name+":)", arg.Type, now.Type, arg.DefaultValue, now.DefaultValue, add)
	}
	for _, arg := range is {
		if was.ForName(arg.Name) == nil && arg.Type.NonNull && arg.DefaultValue == nil {
			add("`%s(%s:)` is new and required", place, arg.Name)
		}
	}
}

// compareInputs compares what a client gives: it may have to be less, and what it
// leaves out has to mean the same.
func compareInputs(place string, was, is *ast.Type, before, after *ast.Value, add func(string, ...any)) {
	if !narrower(is, was) {
		add("`%s` was `%s` and is `%s`", place, was, is)
	}
	if before != nil && (after == nil || before.String() != after.String()) {
		add("the default of `%s` was `%s`", place, before)
	}
}

// narrower reports whether every value of is is one of was.
func narrower(was, is *ast.Type) bool {
	switch {
	case was.NonNull && !is.NonNull, (was.Elem == nil) != (is.Elem == nil):
		return false
	case was.Elem != nil:
		return narrower(was.Elem, is.Elem)
	}
	return was.NamedType == is.NamedType
}

func TestBreaking(t *testing.T) {
	const old = `
		interface I { id: ID! }
		type A implements I { id: ID! n(first: Int! = 20, as: E): Int! list: [Int] }
		type B { id: ID! }
		union U = A | B
		enum E { X Y }
		input In { a: Int b: Int! c: Int! = 1 }
		directive @d(on: Int) on FIELD
		type Query { a(in: In): A u: U b: B i: I }`
	for name, c := range map[string]struct{ from, to, want string }{
		"nothing":                    {"", "", ""},
		"a new type":                 {"type B {", "type C { id: ID! } type B {", ""},
		"a new field":                {"type B {", "type B { c(a: Int!): Int", ""},
		"a new value":                {"X Y", "X Y Z", ""},
		"a new argument":             {"as: E", "as: E, by: E", ""},
		"less null":                  {"list: [Int]", "list: [Int!]!", ""},
		"less required":              {"b: Int!", "b: Int", ""},
		"a type removed":             {"directive @d(on: Int) on FIELD", "", "`@d` was removed"},
		"a field removed":            {" list: [Int]", "", "`A.list` was removed"},
		"a value removed":            {"X Y", "X", "`E.Y` was removed"},
		"an argument removed":        {", as: E", "", "`A.n(as:)` was removed"},
		"a member removed":           {"A | B", "A", "`U` has no `B` any more"},
		"no interface":               {"A implements I", "A", "`A` is no `I` any more"},
		"a field's type":             {"list: [Int]", "list: [String]", "`A.list` was `[Int]` and is `[String]`"},
		"a list no more":             {"list: [Int]", "list: Int", "`A.list` was `[Int]` and is `Int`"},
		"null":                       {"E): Int!", "E): Int", "`A.n` was `Int!` and is `Int`"},
		"an argument required":       {"as: E", "as: E!", "`A.n(as:)` was `E` and is `E!`"},
		"a new one required":         {"as: E", "as: E, by: E!", "`A.n(by:)` is new and required"},
		"an input required":          {"a: Int", "a: Int!", "`In.a` was `Int` and is `Int!`"},
		"an input removed":           {"a: Int", "", "`In.a` was removed"},
		"a new input required":       {"a: Int", "a: Int d: Int!", "`In.d` is new and required"},
		"another default":            {"= 20", "= 10", "the default of `A.n(first:)` was `20`"},
		"another kind":               {"union U = A | B", "scalar U", "`U` was UNION and is SCALAR"},
		"an argument of a directive": {"@d(on: Int)", "@d", "`@d(on:)` was removed"},
	} {
		got := strings.Join(breaking(load(t, old), load(t, strings.Replace(old, c.from, c.to, 1))), "; ")
		if got != c.want {
			t.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
	gone := strings.Replace(strings.Replace(strings.Replace(old, "type B { id: ID! }", "", 1), "A | B", "A", 1), " b: B", "", 1)
	want := []string{"`B` was removed", "`Query.b` was removed", "`U` has no `B` any more"}
	if got := breaking(load(t, old), load(t, gone)); !slices.Equal(got, want) {
		t.Errorf("a type that is gone: found %q, want %q", got, want)
	}
}

func load(t *testing.T, text string) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
