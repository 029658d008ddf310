//go:build linux

package live

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigtransit/pkg/capture"
)

// TestNothingIsSent: the interface counts no frame that went out, whatever was asked
// of the capture.
func TestNothingIsSent(t *testing.T) {
	veth(t, "lv0")
	k := open(t, Config{Interfaces: []string{"lv0"}, Promiscuous: true, Timestamps: TimeHardware, Workers: 2})
	out := from(t, "lv0")
	for i := range 100 {
		out.send(packet(132, 1, 2, i))
	}
	for _, s := range k.Sources() {
		_, _ = s.Read(make([]capture.Frame, 10))
	}
	k.Close()
	b, err := os.ReadFile("/proc/self/net/dev")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		counts := strings.Fields(rest) // 8 of what came, from the ninth on of what went
		if name == "lv0" && (counts[1] != "100" || counts[9] != "0") {
			t.Errorf("%s frames came and %s went, want 100 and 0", counts[1], counts[9])
		}
	}
}

// TestNoCallSends: the only thing the package writes to is the eventfd that wakes its
// reader.
func TestNoCallSends(t *testing.T) {
	files, _ := filepath.Glob("*.go")
	writes := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := f.X.(*ast.Ident); !ok || pkg.Name != "unix" && pkg.Name != "syscall" {
				return true
			}
			switch word := f.Sel.Name; {
			case strings.HasPrefix(word, "Write") && name == "reader_linux.go":
				to, ok := call.Args[0].(*ast.SelectorExpr)
				if !ok || to.Sel.Name != "wake" {
					t.Errorf("%v: it writes to something else than the eventfd", set.Position(call.Pos()))
				}
				writes++
			case strings.Contains(word, "Write"), strings.Contains(word, "write"), strings.HasPrefix(word, "Send"), strings.HasPrefix(word, "Splice"),
				strings.HasPrefix(word, "Tee"), strings.HasPrefix(word, "Syscall"), strings.HasPrefix(word, "RawSyscall"):
				t.Errorf("%v: %s may send", set.Position(call.Pos()), word)
			}
			return true
		})
	}
	if writes != 1 {
		t.Errorf("%d calls write, want that to the eventfd", writes)
	}
}
