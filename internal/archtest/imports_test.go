package archtest

import (
	"path"
	"slices"
	"strings"
)

// checkImports finds imports that the table does not allow.
func (s source) checkImports() (faults []string) {
	own, libs, ok := s.allowed()
	if !ok {
		return []string{"package " + s.pkg + " has no row in internal/archtest/rules_test.go"}
	}
	for _, imported := range s.imports {
		pkg, ours := cutModule(imported)
		switch {
		case ours && !s.mayImport(pkg, own):
			faults = append(faults, "imports "+imported+", which is not in the direction of imports")
		case ours && isSuite(pkg) && !s.test && s.pkg != pkg:
			faults = append(faults, "imports "+imported+", which is for test files alone")
		case !ours && within(imported, drivers) && !within(imported, libs):
			faults = append(faults, "imports "+imported+", a driver")
		case !ours && !isStd(imported) && !within(imported, libs) && !slices.Contains(libs, anyLib):
			faults = append(faults, "imports "+imported+", which its row does not allow")
		}
	}
	return faults
}

// allowed returns the patterns of our packages and the modules that the file
// may import; ok is false for a package without a row.
func (s source) allowed() (own, libs []string, ok bool) {
	i := slices.IndexFunc(rules, func(r row) bool { return match(r.pkg, s.pkg) })
	if i < 0 {
		return nil, nil, false
	}
	own, libs = rules[i].own, rules[i].libs
	if !s.test {
		return own, libs, true
	}
	own, libs = slices.Concat(own, []string{s.pkg}), slices.Concat(libs, testLibs) // itself, from package x_test
	for _, r := range testRules {
		if match(r.pkg, s.pkg) {
			own, libs = slices.Concat(own, r.own), slices.Concat(libs, r.libs)
		}
	}
	return own, libs, true
}

func (s source) mayImport(pkg string, own []string) bool {
	for _, program := range neverImported {
		if match(program, pkg) && !match(program, s.pkg) {
			return false
		}
	}
	return slices.ContainsFunc(own, func(pattern string) bool { return match(pattern, pkg) })
}

// match reports whether pkg is what the pattern says.
func match(pattern, pkg string) bool {
	if pattern == "..." {
		return true
	}
	parent, ok := strings.CutSuffix(pattern, "/...")
	return pkg == parent || ok && strings.HasPrefix(pkg, parent+"/")
}

// within reports whether an import path is one of the modules or a package in one.
func within(imported string, modules []string) bool {
	return slices.ContainsFunc(modules, func(m string) bool { return match(m+"/...", imported) })
}

// cutModule returns the path below our module, "." for its root.
func cutModule(imported string) (pkg string, ours bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

// isStd reports whether an import path is the standard library's: its first
// element has no dot.
func isStd(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// isSuite reports whether a package of ours is a suite of tests.
func isSuite(pkg string) bool {
	return strings.HasSuffix(path.Base(pkg), "test")
}
