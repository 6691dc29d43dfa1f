package mongostore

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// plans collects one command of each shape that a store sends, to ask the
// server how it runs them.
type plans struct {
	mu     sync.Mutex
	shapes map[string]sample
}

// sample is a command and the database it was sent to.
type sample struct {
	database string
	command  bson.D
}

func (p *plans) started(e *event.CommandStartedEvent) {
	var all bson.D
	if err := bson.Unmarshal(e.Command, &all); err != nil {
		panic(err)
	}
	switch e.CommandName {
	case "find", "aggregate", "count", "update", "delete", "findAndModify":
	default:
		return
	}
	// What belongs to the session and the transport has no plan.
	command := slices.DeleteFunc(all, func(f bson.E) bool {
		switch f.Key {
		case "lsid", "txnNumber", "startTransaction", "autocommit", "readConcern", "writeConcern", "maxTimeMS":
			return true
		}
		return strings.HasPrefix(f.Key, "$")
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shapes == nil {
		p.shapes = map[string]sample{}
	}
	for _, c := range append(lookups(command), single(command)...) {
		p.shapes[fmt.Sprint(shape(c))] = sample{e.DatabaseName, c}
	}
}

// single takes a command of many updates or deletes apart: only one at a time
// can be explained.
func single(command bson.D) []bson.D {
	name, list := command[0], "updates"
	if name.Key == "delete" {
		list = "deletes"
	}
	if name.Key != "update" && name.Key != "delete" {
		return []bson.D{command}
	}
	var out []bson.D
	for _, f := range command {
		if f.Key != list {
			continue
		}
		for _, one := range f.Value.(bson.A) {
			out = append(out, bson.D{name, {Key: list, Value: bson.A{one}}})
		}
	}
	return out
}

// lookups makes each $lookup of a pipeline a pipeline of its own, as the server
// runs it for each document.
func lookups(command bson.D) []bson.D {
	if command[0].Key != "aggregate" {
		return nil
	}
	var out []bson.D
	for _, stage := range field(command, "pipeline").(bson.A) {
		l, ok := field(stage.(bson.D), "$lookup").(bson.D)
		if !ok {
			continue
		}
		equal, pipeline := eq(field(l, "foreignField").(string), "some value"), field(l, "pipeline").(bson.A)
		if first, ok := field(pipeline[0].(bson.D), "$match").(bson.D); ok { // the server makes them one
			equal, pipeline = and(equal, first), pipeline[1:]
		}
		pipeline = append(bson.A{match(equal)}, pipeline...)
		inner := bson.D{
			{Key: "aggregate", Value: field(l, "from")}, {Key: "pipeline", Value: pipeline}, {Key: "cursor", Value: bson.D{}},
		}
		out = append(append(out, inner), lookups(inner)...)
	}
	return out
}

func field(d bson.D, key string) any {
	for _, f := range d {
		if f.Key == key {
			return f.Value
		}
	}
	return nil
}

// shape is a value without its constants.
func shape(v any) any {
	switch v := v.(type) {
	case bson.D:
		out := bson.D{}
		for _, f := range v {
			out = append(out, bson.E{Key: f.Key, Value: shape(f.Value)})
		}
		return out
	case bson.A:
		// Lists of values of any length are one shape.
		out := bson.A{}
		for _, e := range v {
			if s := fmt.Sprint(shape(e)); len(out) == 0 || fmt.Sprint(out[len(out)-1]) != s {
				out = append(out, s)
			}
		}
		return out
	case string:
		if strings.HasPrefix(v, "$") || len(v) < 12 && v == strings.ToLower(v) { // names of fields and collections
			return v
		}
	}
	return fmt.Sprintf("%T", v)
}

// bounded are the shapes that may sort: what they sort has a bound of its own.
// The words are the collection and the field that they sort by.
var bounded = []string{}

// check explains each command and refuses walks over collections, and sorting
// of what has no bound.
func (p *plans) check(t *testing.T, client *mongo.Client) {
	if len(p.shapes) < 80 {
		t.Errorf("saw only %d shapes of commands", len(p.shapes))
	}
	for shape, s := range p.shapes {
		var plan bson.D
		err := client.Database(s.database).RunCommand(t.Context(), bson.D{
			{Key: "explain", Value: s.command}, {Key: "verbosity", Value: "queryPlanner"},
		}).Decode(&plan)
		if err != nil {
			t.Errorf("explain %s: %v", shape, err)
			continue
		}
		stages := stagesOf(plan)
		if slices.Contains(stages, "COLLSCAN") || slices.Contains(stages, "SORT") && !slices.Contains(bounded, shape) {
			t.Errorf("%v in\n\t%s\n\t%v", stages, shape, s.command)
		}
	}
}

// stagesOf lists the stages of the plan that won, from the outside in.
func stagesOf(v any) []string {
	var out []string
	switch v := v.(type) {
	case bson.D:
		for _, f := range v {
			name, isName := f.Value.(string)
			switch {
			case f.Key == "rejectedPlans" || f.Key == "command":
			case f.Key == "stage" && isName:
				out = append(out, name)
			default:
				out = append(out, stagesOf(f.Value)...)
			}
		}
	case bson.A:
		for _, e := range v {
			out = append(out, stagesOf(e)...)
		}
	}
	return out
}
