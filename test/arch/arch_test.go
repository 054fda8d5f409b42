// Package arch holds the rules of the house that a compiler does not know. They run with plain `go test`,
// so that they cannot rot: who may import whom, where SQL and AWS's shapes may stand, how long a file is.
package arch

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path that our imports begin with.
const module = "github.com/casestream/casestream/"

// floors says on which floor each room lies; the longest prefix decides. Imports go strictly downward.
var floors = map[string]int{
	"base/":               0,
	"docs/schemas":        0,
	"events":              0,
	"events/eventstest":   1,
	"store":               1,
	"wire":                1,
	"pattern":             1,
	"pattern/patterntest": 2,
	"policy":              1,
	"transform":           1,
	"schedule":            1,
	"store/sqlite":        2,
	"store/postgres":      2,
	"store/storetest":     3,
	"wire/wiretest":       3,
	"awsapi/":             2,
	"bus":                 3,
	"queue":               3,
	"destination":         3,
	"loggroup":            3,
	"target":              4,
	"target/":             5,
	"svc/":                5,
	"gateway":             6,
	"courier":             6,
	"client":              2,
	"client/seed":         3,
	"client/simulate":     3,
	"client/transfer":     3,
	"app":                 7,
	"cmd/":                8,
	"test/":               9,
	"bench":               9,
}

// hardLines bounds a file: past it, it is two files.
const hardLines = 800

// source is one Go file of the tree.
type source struct {
	path string // from the root, with slashes
	dir  string
	test bool
	gen  bool
	text []byte
	file *ast.File
}

// tree parses every Go file of the module.
func tree(t *testing.T) []source {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var list []source
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if d.IsDir() {
			if rel != "." && (strings.HasPrefix(d.Name(), ".") || ownModule(path)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		list = append(list, source{
			path: rel, dir: filepath.ToSlash(filepath.Dir(rel)), text: text, file: file,
			test: strings.HasSuffix(rel, "_test.go"), gen: ast.IsGenerated(file),
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 50 {
		t.Fatalf("only %d files found: the walk is wrong", len(list))
	}
	return list
}

// ownModule says whether a folder is a module of its own, which this test does not govern.
func ownModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// floorOf finds the floor of a folder.
func floorOf(dir string) (int, bool) {
	if f, ok := floors[dir]; ok {
		return f, true
	}
	best, floor := "", -1
	for prefix, f := range floors {
		if (dir == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(dir+"/", strings.TrimSuffix(prefix, "/")+"/")) && len(prefix) > len(best) {
			best, floor = prefix, f
		}
	}
	return floor, floor >= 0
}

// imports lists what a file imports.
func (s source) imports() []string {
	var list []string
	for _, i := range s.file.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		list = append(list, p)
	}
	return list
}

func TestImportsGoDown(t *testing.T) {
	for _, s := range tree(t) {
		if s.test {
			continue
		}
		from, ok := floorOf(s.dir)
		if !ok {
			t.Errorf("%s: the room %s has no floor: add it to floors", s.path, s.dir)
			continue
		}
		for _, p := range s.imports() {
			dir, ours := strings.CutPrefix(p, module)
			if !ours {
				continue
			}
			to, ok := floorOf(dir)
			if !ok {
				t.Errorf("%s imports %s, which has no floor", s.path, dir)
			} else if to >= from {
				t.Errorf("%s (floor %d) imports %s (floor %d): imports go strictly downward", s.path, from, dir, to)
			}
		}
	}
}

// only says where an import may stand.
var only = []struct {
	imported string
	allowed  func(s source) bool
	why      string
}{
	{module + "awsapi/", func(s source) bool {
		base := filepath.Base(s.path)
		return strings.HasSuffix(base, "_ops.go") || base == "service.go" || s.gen
	}, "AWS's shapes stop at the door: *_ops.go and service.go"},
	{"net/http", func(s source) bool {
		return inRoom(s.dir, "gateway", "wire", "target", "awsapi", "app", "client", "bench", "test", "cmd")
	}, "HTTP belongs to the doors"},
	{"github.com/aws/", func(s source) bool { return inRoom(s.dir, "target/remoteaws") }, "AWS's SDK carries events to AWS and does nothing else"},
	{"database/sql", func(s source) bool { return inRoom(s.dir, "store") }, "rooms run statements with a store.Tx"},
}

// inRoom says whether a folder lies in one of the rooms.
func inRoom(dir string, rooms ...string) bool {
	return slices.ContainsFunc(rooms, func(r string) bool { return dir == r || strings.HasPrefix(dir, r+"/") })
}

func TestImportsStandWhereTheyMay(t *testing.T) {
	for _, s := range tree(t) {
		if s.test {
			continue
		}
		for _, p := range s.imports() {
			for _, rule := range only {
				if (p == rule.imported || strings.HasSuffix(rule.imported, "/") && strings.HasPrefix(p, rule.imported)) && !rule.allowed(s) {
					t.Errorf("%s imports %s: %s", s.path, p, rule.why)
				}
			}
		}
	}
}

// calls that are kept to some files.
var calls = []struct {
	text    string
	allowed func(s source) bool
	why     string
}{
	{"context.Background()", func(s source) bool { return inRoom(s.dir, "app", "cmd", "bench", "test", "store/storetest") }, "a context comes from the caller"},
	{"context.TODO()", func(source) bool { return false }, "a context comes from the caller"},
	{"time.Now()", func(s source) bool {
		return !strings.HasSuffix(s.path, "_ops.go") && !strings.HasSuffix(s.path, "_sql.go")
	}, "a transaction has one instant: tx.Now()"},
	{"slog.Default()", func(source) bool { return false }, "no global logger"},
	{"panic(", func(s source) bool { return inRoom(s.dir, "app", "cmd", "bench", "test", "gateway") }, "never on input"},
}

func TestCallsStandWhereTheyMay(t *testing.T) {
	for _, s := range tree(t) {
		if s.test || s.gen {
			continue
		}
		for n, line := range strings.Split(string(s.text), "\n") {
			code, _, _ := strings.Cut(line, "//")
			for _, rule := range calls {
				if strings.Contains(code, rule.text) && !rule.allowed(s) {
					t.Errorf("%s:%d: %s: %s", s.path, n+1, rule.text, rule.why)
				}
			}
		}
	}
}

// statement finds SQL in a string.
var statement = regexp.MustCompile(`(?s)^\s*(SELECT|INSERT INTO|UPDATE\s+\w+\s+SET|DELETE FROM)\s`)

// tableOf finds the tables that a statement names.
var tableOf = regexp.MustCompile(`(?:FROM|JOIN|INTO|UPDATE)\s+([a-z][a-z_]*)`)

// TestSQLStandsInItsFiles keeps SQL to *_sql.go, and each room to its own tables: those that begin with the
// room's name, as its migration names them.
func TestSQLStandsInItsFiles(t *testing.T) {
	owner := owners(t)
	for _, s := range tree(t) {
		if s.test || inRoom(s.dir, "store", "test", "bench") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			rows := strings.HasSuffix(s.path, "_sql.go") // where a statement may be put together of several strings
			if err != nil || !rows && !statement.MatchString(text) {
				return true
			}
			if !rows {
				t.Errorf("%s: SQL stands in *_sql.go: %.60q", s.path, text)
			}
			for _, m := range tableOf.FindAllStringSubmatch(text, -1) {
				if room, ok := owner[m[1]]; ok && room != filepath.Base(s.dir) {
					t.Errorf("%s: the table %s belongs to the room %s", s.path, m[1], room)
				}
			}
			return true
		})
	}
}

// owners reads from the migrations which room owns which table.
func owners(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../store/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	create := regexp.MustCompile(`CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)`)
	owner := make(map[string]string)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		_, room, _ := strings.Cut(strings.TrimSuffix(filepath.Base(f), ".sql"), "_")
		for _, m := range create.FindAllSubmatch(text, -1) {
			owner[string(m[1])] = room
		}
	}
	return owner
}

// TestEveryDeclarationIsDocumented asks for a comment on each declaration. A method of an interface of the
// same room is explained there.
func TestEveryDeclarationIsDocumented(t *testing.T) {
	files := tree(t)
	explained := make(map[string]bool) // folder and name of an interface's method
	for _, s := range files {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if it, ok := n.(*ast.InterfaceType); ok {
				for _, m := range it.Methods.List {
					for _, name := range m.Names {
						explained[s.dir+" "+name.Name] = true
					}
				}
			}
			return true
		})
	}
	for _, s := range files {
		if s.test || s.gen {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Doc == nil && (d.Recv == nil || !explained[s.dir+" "+d.Name.Name]) {
					t.Errorf("%s: func %s has no comment", s.path, d.Name.Name)
				}
			case *ast.GenDecl:
				if d.Tok == token.IMPORT || d.Doc != nil {
					continue
				}
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						if spec.Doc == nil {
							t.Errorf("%s: type %s has no comment", s.path, spec.Name.Name)
						}
					case *ast.ValueSpec:
						if spec.Doc == nil && spec.Comment == nil {
							t.Errorf("%s: %s has no comment", s.path, spec.Names[0].Name)
						}
					}
				}
			}
		}
	}
}

func TestFilesAreShortEnough(t *testing.T) {
	for _, s := range tree(t) {
		if n := bytes.Count(s.text, []byte("\n")); !s.gen && n > hardLines {
			t.Errorf("%s has %d lines; split it by noun or by operation (%d at most)", s.path, n, hardLines)
		}
	}
}

// TestOperationsAreRegistered catches a method that looks like an operation and is none, because its name
// is not in the service's generated API.
func TestOperationsAreRegistered(t *testing.T) {
	names := make(map[string]map[string]bool) // service → operations
	files := tree(t)
	for _, s := range files {
		if !strings.HasPrefix(s.dir, "awsapi/") {
			continue
		}
		service := filepath.Base(s.dir)
		ast.Inspect(s.file, func(n ast.Node) bool {
			ts, ok := n.(*ast.TypeSpec)
			if !ok || ts.Name.Name != "API" {
				return true
			}
			if it, ok := ts.Type.(*ast.InterfaceType); ok {
				names[service] = make(map[string]bool)
				for _, m := range it.Methods.List {
					names[service][m.Names[0].Name] = true
				}
			}
			return true
		})
	}
	if len(names) == 0 {
		t.Fatal("no generated API found")
	}
	seen := 0
	for _, s := range files {
		if s.test || !strings.HasPrefix(s.dir, "svc/") {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || !f.Name.IsExported() || !looksLikeOperation(f) {
				continue
			}
			seen++
			if !names[filepath.Base(s.dir)][f.Name.Name] {
				t.Errorf("%s: %s looks like an operation and is not in awsapi/%s", s.path, f.Name.Name, filepath.Base(s.dir))
			}
		}
	}
	if seen == 0 {
		t.Fatal("no operation found")
	}
}

// looksLikeOperation says whether a method has the form (ctx, *XInput) (*XOutput, error).
func looksLikeOperation(f *ast.FuncDecl) bool {
	p := f.Type.Params
	if p == nil || p.NumFields() != 2 {
		return false
	}
	star, ok := p.List[len(p.List)-1].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	sel, ok := star.X.(*ast.SelectorExpr)
	return ok && strings.HasSuffix(sel.Sel.Name, "Input")
}

func TestNoFileNamesAMachine(t *testing.T) {
	home := regexp.MustCompile(`/(?:home|root|Users)/[a-z]+/`)
	for _, s := range tree(t) {
		if m := home.Find(s.text); m != nil && !strings.HasPrefix(s.dir, "test/arch") {
			t.Errorf("%s names a path of somebody's machine: %s", s.path, m)
		}
	}
}
