package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// source is one Go file.
type source struct {
	name    string // slash-separated, from the root
	pkg     string // its directory, "." for the root
	test    bool   // a _test.go file
	imports []string
}

// check returns what breaks a rule in the tree, each as "file: what".
func check(tree fs.FS) ([]string, error) {
	var faults []string
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipDir(tree, name)
		}
		if !isCode(name) {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		found := checkPaths(text)
		if path.Ext(name) == ".go" {
			more, err := checkGo(name, text)
			if err != nil {
				return err
			}
			found = append(found, more...)
		}
		for _, f := range found {
			faults = append(faults, name+": "+f)
		}
		return nil
	})
	return faults, err
}

// skipDir skips what is not ours or not code: hidden directories but .ci,
// fixtures, what is installed or built, and other modules.
func skipDir(tree fs.FS, name string) error {
	if name == "." || name == ".ci" {
		return nil
	}
	base := path.Base(name)
	if strings.HasPrefix(base, ".") || slices.Contains([]string{"testdata", "node_modules", "dist", "bin", "data"}, base) {
		return fs.SkipDir
	}
	if _, err := fs.Stat(tree, path.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

// isCode reports whether a file is written for machines to run, not for people
// to read.
func isCode(name string) bool {
	switch path.Ext(name) {
	case ".go", ".graphqls", ".sql", ".sh", ".yml", ".yaml", ".js", ".ts", ".tsx":
		return true
	}
	return name == ".ci/run" || path.Base(name) == "Makefile"
}

// Written in parts, so that this file does not match.
var machinePath = regexp.MustCompile("(?:^|[\\s\"'`=:(])(/" + "work\\b|/" + "tmp/|/" + "root/|/" + "home/)")

// checkPaths finds paths of somebody's machine.
func checkPaths(text []byte) (faults []string) {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if m := machinePath.FindSubmatch(line); m != nil {
			faults = append(faults, fmt.Sprintf("line %d names %s, a path of one machine", n, m[1]))
		}
	}
	return faults
}

// checkGo applies the rules for Go to one file.
func checkGo(name string, text []byte) ([]string, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	s := source{name: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go")}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("parse import in %s: %w", name, err)
		}
		s.imports = append(s.imports, imported)
	}
	faults := s.checkImports()

	generated := ast.IsGenerated(file)
	home := slices.ContainsFunc(generatedHomes, func(h string) bool {
		return name == h || strings.HasSuffix(h, "/") && strings.HasPrefix(name, h)
	})
	switch {
	case generated && !home:
		faults = append(faults, "has the header of generated code, but lies among hand-written code")
	case home && !generated:
		faults = append(faults, "lies among generated code, but has not its header")
	}
	if !generated {
		if n := bytes.Count(text, []byte("\n")); n > maxLines {
			faults = append(faults, fmt.Sprintf("has %d lines, more than %d", n, maxLines))
		}
		faults = append(faults, checkNevers(files, file, slices.Contains(s.imports, "testing"))...)
	}
	return faults, nil
}

// checkNevers finds what must never be in hand-written code.
func checkNevers(files *token.FileSet, file *ast.File, testing bool) (faults []string) {
	add := func(at ast.Node, what string) {
		faults = append(faults, fmt.Sprintf("line %d %s", files.Position(at.Pos()).Line, what))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				add(n, "has an init function: make it part of a constructor")
			}
		case *ast.CallExpr:
			switch fun := n.Fun.(type) {
			case *ast.SelectorExpr:
				_, plain := fun.X.(*ast.Ident)
				if testing && plain && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, fun.Sel.Name) {
					add(n, "skips a test: declare what is missing as a capability, or fail")
				}
			case *ast.Ident:
				if fun.Name == "panic" && saysUnfinished(n) {
					add(n, "panics where code is missing")
				}
			}
		}
		return true
	})
	return faults
}

var unfinished = regexp.MustCompile(`(?i)not (yet )?implemented|unimplemented|todo`)

// saysUnfinished reports whether a text among the arguments says so.
func saysUnfinished(call *ast.CallExpr) (found bool) {
	ast.Inspect(call, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		found = found || ok && lit.Kind == token.STRING && unfinished.MatchString(lit.Value)
		return !found
	})
	return found
}
