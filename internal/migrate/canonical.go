package migrate

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"time"
)

// encode appends the one encoding of a value that does not hang on where it is
// stored: its fields in the order of their declaration, text and lists behind
// their length, times in milliseconds.
func encode(to []byte, v any) []byte { return encodeValue(to, reflect.ValueOf(v)) }

func encodeValue(to []byte, v reflect.Value) []byte {
	switch v.Kind() { //nolint:exhaustive // the others panic: no record has them
	case reflect.String:
		return append(binary.AppendUvarint(to, uint64(v.Len())), v.String()...)
	case reflect.Int, reflect.Int8, reflect.Int64:
		return binary.AppendVarint(to, v.Int())
	case reflect.Uint8:
		return append(to, byte(v.Uint()))
	case reflect.Uint32:
		return binary.AppendUvarint(to, v.Uint())
	case reflect.Bool:
		if v.Bool() {
			return append(to, 1)
		}
		return append(to, 0)
	case reflect.Float64:
		return binary.BigEndian.AppendUint64(to, math.Float64bits(v.Float()))
	case reflect.Pointer:
		if v.IsNil() {
			return append(to, 0)
		}
		return encodeValue(append(to, 1), v.Elem())
	case reflect.Slice:
		to = binary.AppendUvarint(to, uint64(v.Len()))
		for i := range v.Len() {
			to = encodeValue(to, v.Index(i))
		}
		return to
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return binary.AppendVarint(to, t.UnixMilli())
		}
		for i := range v.NumField() {
			to = encodeValue(to, v.Field(i))
		}
		return to
	}
	panic(fmt.Sprintf("migrate: a record holds a %s", v.Type()))
}

// differing names the fields in which two values of one type differ.
func differing(a, b any) []string {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	var names []string
	for i := range x.NumField() {
		field := x.Type().Field(i)
		switch {
		case field.Anonymous:
			names = append(names, differing(x.Field(i).Interface(), y.Field(i).Interface())...)
		case !bytes.Equal(encodeValue(nil, x.Field(i)), encodeValue(nil, y.Field(i))):
			names = append(names, field.Name)
		}
	}
	return names
}
