package main

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed plan.gotpl
var planTemplate string

// plans is the gqlgen plugin that writes what package graph/plan walks with.
type plans struct{}

// Name implements plugin.Plugin.
func (plans) Name() string { return "plans" }

// GenerateCode implements plugin.CodeGenerator.
func (plans) GenerateCode(data *codegen.Data) error {
	types, err := outputs(data)
	if err != nil {
		return err
	}
	return templates.Render(templates.Options{
		PackageName:     data.Config.Exec.Package,
		Template:        planTemplate,
		Filename:        filepath.Join(data.Config.Exec.Dir(), "plan.generated.go"),
		Data:            data,
		GeneratedHeader: true,
		Packages:        data.Config.Packages,
		Funcs: template.FuncMap{
			"outputs":     func() []*config.TypeReference { return types },
			"writer":      writer,
			"append_":     appendCall,
			"isLeaf":      isLeaf,
			"isAbstract":  func(t *config.TypeReference) bool { return t.Definition.IsAbstractType() },
			"introspects": func(f *codegen.Field) bool { return strings.HasPrefix(f.Name, "__") },
			"calls":       func(f *codegen.Field) bool { return f.IsResolver || f.IsMethod() },
			"callArgs":    callArgs,
		},
	})
}

// outputs returns the types of all fields of objects, and what those are lists of
// or point to, by the names of their writers. It fails where a field is of a kind
// that the template has nothing for.
func outputs(data *codegen.Data) ([]*config.TypeReference, error) {
	byName := map[string]*config.TypeReference{}
	for _, o := range data.Objects {
		if o.IsReserved() {
			continue
		}
		for _, f := range o.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			if f.IsMap() || f.IsBatch() || f.HasHaser || f.HasDirectives() || f.UsesSubscriptionContext() {
				return nil, fmt.Errorf("%s.%s: plans know nothing of maps, batches, directives and the like", o.Name, f.Name)
			}
			for t := f.TypeReference; t != nil; t = t.Elem() {
				byName[writer(t)] = t
				if !t.IsSlice() && !t.IsPtrToSlice() && !t.IsPtrToIntf() && !t.IsPtrToPtr() {
					break
				}
			}
		}
	}
	names := make([]string, 0, len(byName))
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	all := make([]*config.TypeReference, len(names))
	for i, name := range names {
		all[i] = byName[name]
	}
	return all, nil
}

// writer is the name of the method that writes values of a type, after gqlgen's.
func writer(t *config.TypeReference) string {
	return "write" + strings.TrimPrefix(t.MarshalFunc(), "marshal")
}

// callArgs is what a resolver is called with: those of root fields with the way to
// where they stand, as they may add errors of their own.
func callArgs(f *codegen.Field) string {
	args := strings.ReplaceAll(f.CallArgs(), "fc.Args[", "args[")
	if f.Object.Root {
		args = strings.Replace(args, "ctx", "x.At(ctx)", 1)
	}
	return args
}

func isLeaf(t *config.TypeReference) bool {
	return t.Definition.Kind == ast.Scalar || t.Definition.Kind == ast.Enum
}

// appendCall appends a scalar v to b: by the function Append… beside its Marshal….
func appendCall(t *config.TypeReference) (string, error) {
	if t.Marshaler == nil { // its Go type is a marshaller
		return "plan.Append(b, v), true", nil
	}
	v := "v"
	if t.IsNilable() && !t.IsTargetNilable() {
		v = "*v"
	}
	switch {
	case t.HasEnumValues():
		v = fmt.Sprintf("%s[%s]", t.EnumMarshalVar(false), v)
	case t.CastType != nil:
		v = fmt.Sprintf("%s(%s)", templates.CurrentImports.LookupType(t.CastType), v)
	}
	name, isMarshaller := strings.CutPrefix(t.Marshaler.Name(), "Marshal")
	pkg := t.Marshaler.Pkg().Path()
	switch {
	case !isMarshaller:
	case pkg == "github.com/99designs/gqlgen/graphql":
		return fmt.Sprintf("plan.Append%s(b, %s)", name, v), nil
	case pkg == "keepsake/graph/scalar":
		return fmt.Sprintf("scalar.Append%s(b, %s)", name, v), nil
	}
	return "", fmt.Errorf("%s: there is no Append… beside %s.%s", t.Definition.Name, pkg, t.Marshaler.Name())
}
