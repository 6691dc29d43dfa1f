package guard

import (
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
)

// defaultRows is how many rows a list is taken to have that nothing says the
// length of: neither first:, nor a list among the arguments, nor the table below.
const defaultRows = 10

// dear are the fields that cost more than 1: those that sign addresses, a thing
// each, and what reads an album's whole list of media.
var dear = map[string]int64{
	"Media.url": 5, "Media.playback": 5, "Media.download": 5, "Media.variants": 20,
	"Album.archive": 2000,
}

// lengths are the lists whose usual length is known; those of introspection are
// about what the schema has.
var lengths = map[string]int64{
	"Media.variants": 4,
	"__Type.fields":  10, "__Type.inputFields": 4, "__Type.enumValues": 5, "__Type.interfaces": 1, "__Type.possibleTypes": 5,
	"__Field.args": 3, "__Directive.args": 2,
}

// price is what the schema says about the cost of a field.
type price struct {
	base          int64
	list          bool  // it is a list of objects
	rows          int64 // of the list, or 0
	first         int64 // the default of first:, or 0 where there is no such argument
	introspection bool  // it is __schema or __type
}

// prices maps every field of a schema to its price.
type prices map[*ast.FieldDefinition]price

func newPrices(schema *ast.Schema) prices {
	all := prices{}
	for _, t := range schema.Types {
		for _, f := range t.Fields {
			name := t.Name + "." + f.Name
			p := price{
				base: max(dear[name], 1), rows: lengths[name],
				list:          f.Type.Elem != nil && schema.Types[f.Type.Name()].IsCompositeType(),
				introspection: t == schema.Query && (f.Name == "__schema" || f.Name == "__type"),
			}
			if name == "__Schema.types" {
				p.rows = int64(len(schema.Types))
			}
			if name == "__Schema.directives" {
				p.rows = int64(len(schema.Directives))
			}
			if a := f.Arguments.ForName("first"); a != nil {
				p.first = album.DefaultPageSize
				if n, ok := integer(a.DefaultValue, nil); ok {
					p.first = n
				}
			}
			all[f] = p
		}
	}
	return all
}
