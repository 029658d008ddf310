package cases

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the captures under testdata that this package makes")

// TestCases holds the captures of testdata to what this package makes.
func TestCases(t *testing.T) {
	names := map[string]bool{}
	for _, c := range All() {
		t.Run(c.Name, func(t *testing.T) {
			if names[c.Name] || c.Holds == "" {
				t.Error("the name is there twice, or nothing says what the case holds")
			}
			names[c.Name] = true
			var b bytes.Buffer
			if err := c.Write(&b); err != nil {
				t.Fatal(err)
			}
			if b.Len() > 200_000 {
				t.Errorf("the capture has %d octets: too many for a repository", b.Len())
			}
			dir := filepath.Join("..", "..", "..", "testdata", c.Name)
			file := filepath.Join(dir, "input.pcapng")
			if *update {
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				if len(c.Options) > 0 {
					if err := os.WriteFile(filepath.Join(dir, "tshark-options.txt"), []byte(strings.Join(c.Options, "\n")+"\n"), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
			have, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(have, b.Bytes()) {
				t.Errorf("%s is not what the case makes; run this test with -update", file)
			}
			if faulty := faultyFrames(t, file, c.Options); !slices.Equal(faulty, c.Faulty) {
				t.Errorf("tshark finds faults in frames %v, want %v", faulty, c.Faulty)
			}
		})
	}
}

// faultyFrames are the frames that tshark calls malformed or in error, with
// its default preferences but for all checksums judged and for those of the case.
func faultyFrames(t *testing.T, file string, options []string) (out []int) {
	t.Helper()
	bin, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is not installed: the cases cannot be held to their reference")
		}
		t.Skip("tshark is not installed: the cases cannot be held to their reference")
	}
	cmd := exec.Command(bin, "-n", "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "sctp.checksum:TRUE",
		"-Y", "_ws.malformed || _ws.unreassembled || _ws.expert.severity == 0x00800000 || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || sctp.checksum.status == 0",
		"-T", "fields", "-e", "frame.number")
	for _, o := range options {
		cmd.Args = append(cmd.Args, "-o", o)
	}
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
	lines, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Fields(string(lines)) {
		n := 0
		if _, err := fmt.Sscan(line, &n); err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}
