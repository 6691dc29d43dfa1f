package guard

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// checkVariables refuses variables, as they came in JSON, of more than most items
// and fields, or of more depth than values may have. It looks at no more than
// that many.
func checkVariables(variables map[string]any, most int) *gqlerror.Error {
	left := most
	for _, v := range variables {
		if err := checkValue(v, 0, most, &left); err != nil {
			return err
		}
	}
	return nil
}

func checkValue(v any, depth, most int, left *int) *gqlerror.Error {
	list, isList := v.([]any)
	object, isObject := v.(map[string]any)
	switch {
	case !isList && !isObject:
		return nil
	case depth >= maxValueDepth:
		return tooMuch("these variables are too deep: at most %d lists and objects may lie within one another", maxValueDepth)
	}
	if *left -= len(list) + len(object); *left < 0 {
		return tooMuch("these variables have too many items in lists and objects: at most %d are allowed", most)
	}
	for _, item := range list {
		if err := checkValue(item, depth+1, most, left); err != nil {
			return err
		}
	}
	for _, item := range object {
		if err := checkValue(item, depth+1, most, left); err != nil {
			return err
		}
	}
	return nil
}

// integer reads a literal or the value of a variable as a number of rows. Ok is
// false for what is none.
func integer(v *ast.Value, variables map[string]any) (n int64, ok bool) {
	if v == nil {
		return 0, false
	}
	text := v.Raw
	switch v.Kind {
	case ast.IntValue:
	case ast.Variable:
		switch x := variables[v.Raw].(type) {
		case int64:
			return x, true
		case int:
			return int64(x), true
		case float64:
			if x >= math.MinInt32 && x <= math.MaxInt32 {
				return int64(x), true
			}
			return 0, false
		case json.Number:
			text = x.String()
		case string: // as the library takes it
			text = x
		default:
			return 0, false
		}
	default:
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// longest returns the length of the longest list in an argument, and 0 where it
// has none.
func longest(v *ast.Value, variables map[string]any) int {
	if v == nil {
		return 0
	}
	if v.Kind == ast.Variable {
		return longestIn(variables[v.Raw])
	}
	n := 0
	if v.Kind == ast.ListValue {
		n = len(v.Children)
	}
	for _, c := range v.Children {
		n = max(n, longest(c.Value, variables))
	}
	return n
}

func longestIn(v any) int {
	n := 0
	switch v := v.(type) {
	case []any:
		n = len(v)
		for _, item := range v {
			n = max(n, longestIn(item))
		}
	case map[string]any:
		for _, item := range v {
			n = max(n, longestIn(item))
		}
	}
	return n
}
