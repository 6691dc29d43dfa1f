package live

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
	"keepsake/internal/intake"
	"keepsake/realtime/transport"
)

// Parse reads and validates a request. Errors are GraphQL's list, in JSON.
func (e *Engine) Parse(ctx context.Context, r *transport.Request) (op *graphql.OperationContext, errs []byte) {
	ctx = graphql.StartOperationTrace(ctx)
	params := &graphql.RawParams{Query: r.Query, OperationName: r.OperationName, ReadTime: graphql.TraceTiming{Start: graphql.Now()}}
	for _, part := range []struct {
		name string
		raw  json.RawMessage
		into *map[string]any
	}{{"variables", r.Variables, &params.Variables}, {"extensions", r.Extensions, &params.Extensions}} {
		if len(part.raw) == 0 {
			continue
		}
		if intake.TooMany(part.raw, e.maxItems) {
			return nil, e.Errors(ctx, album.Errorf(album.CodeTooComplex, "%s have too many values", part.name))
		}
		d := json.NewDecoder(strings.NewReader(string(part.raw)))
		d.UseNumber()
		if err := d.Decode(part.into); err != nil && !errors.Is(err, io.EOF) {
			return nil, e.Errors(ctx, album.Errorf(album.CodeInvalidInput, "%s must be an object", part.name))
		}
	}
	op, refused := e.exec.CreateOperationContext(ctx, params)
	if refused != nil {
		return nil, encodeErrors(e.exec.DispatchError(graphql.WithOperationContext(ctx, op), refused).Errors)
	}
	return op, nil
}

// The fields of Subscription.
const (
	fieldAlbum    = "albumEvents"
	fieldComments = "commentAdded"
	fieldLikes    = "likesChanged"
	fieldFeed     = "feedEvents"
)

// subject is what a subscription is about.
type subject struct {
	field   string
	albumID album.AlbumID
	mediaID album.MediaID // only this one, or empty
}

// follows reports whether the subject is interested in an entry.
func (s *subject) follows(e *album.Entry) bool {
	switch {
	case s.field == fieldLikes:
		return false
	case s.field == fieldComments && e.Kind != album.Resync && e.Kind != album.AccessLost:
		return e.Kind == album.CommentAdded && (s.mediaID == "" || s.mediaID == e.MediaID)
	}
	return true
}

// spec is a subscription as it was asked for, without who asked and from where on.
type spec struct {
	subject
	op       *graphql.OperationContext
	personal bool   // the document asks for what depends on who asks
	vars     string // variables in JSON, without that of after
}

// specOf reads a subscription. After is the cursor to go on from.
func specOf(op *graphql.OperationContext) (_ *spec, after album.Cursor, err error) {
	fields := graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Subscription"})
	if len(fields) != 1 {
		return nil, "", album.Errorf(album.CodeInvalidInput, "a subscription has one field")
	}
	root := fields[0].Field
	args := root.ArgumentMap(op.Variables)
	text := func(name string) string { s, _ := args[name].(string); return s }
	s := &spec{
		subject:  subject{field: root.Name, albumID: album.AlbumID(text("albumId")), mediaID: album.MediaID(text("mediaId"))},
		op:       op,
		personal: isPersonal(root.SelectionSet),
	}
	vars := make(map[string]any, len(op.Variables))
	for name, value := range op.Variables {
		vars[name] = value
	}
	if name := cursorVariable(op, root); name != "" {
		delete(vars, name)
	}
	b, err := json.Marshal(vars)
	if err != nil {
		return nil, "", album.Errorf(album.CodeInvalidInput, "these variables cannot be read").Wrap(err)
	}
	s.vars = string(b)
	return s, album.Cursor(text("after")), nil
}

// isPersonal reports whether the schema marks anything that is selected with
// @personal.
func isPersonal(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Definition != nil && s.Definition.Directives.ForName("personal") != nil || isPersonal(s.SelectionSet) {
				return true
			}
		case *ast.InlineFragment:
			if isPersonal(s.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread:
			if s.Definition != nil && isPersonal(s.Definition.SelectionSet) {
				return true
			}
		}
	}
	return false
}

// cursorVariable is the variable that is given as after, if it is used for
// nothing else: it does not change what events look like.
func cursorVariable(op *graphql.OperationContext, root *ast.Field) string {
	arg := root.Arguments.ForName("after")
	if arg == nil || arg.Value == nil || arg.Value.Kind != ast.Variable {
		return ""
	}
	uses := 0
	countUses(op.Operation.SelectionSet, arg.Value.Raw, &uses)
	if uses != 1 {
		return ""
	}
	return arg.Value.Raw
}

func countUses(set ast.SelectionSet, name string, uses *int) {
	inArgs := func(args ast.ArgumentList) {
		for _, a := range args {
			countInValue(a.Value, name, uses)
		}
	}
	inDirectives := func(list ast.DirectiveList) {
		for _, d := range list {
			inArgs(d.Arguments)
		}
	}
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			inArgs(s.Arguments)
			inDirectives(s.Directives)
			countUses(s.SelectionSet, name, uses)
		case *ast.InlineFragment:
			inDirectives(s.Directives)
			countUses(s.SelectionSet, name, uses)
		case *ast.FragmentSpread:
			inDirectives(s.Directives)
			if s.Definition != nil {
				countUses(s.Definition.SelectionSet, name, uses)
			}
		}
	}
}

func countInValue(v *ast.Value, name string, uses *int) {
	if v == nil {
		return
	}
	if v.Kind == ast.Variable && v.Raw == name {
		*uses++
	}
	for _, child := range v.Children {
		countInValue(child.Value, name, uses)
	}
}
