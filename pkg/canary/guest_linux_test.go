package canary_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sigtransit/pkg/canary"
)

// guest is set in the copy of the test that .ci/with-sctp runs.
const guest = "SIGTRANSIT_TEST_SCTP"

// withSCTP reports whether the test goes on in this process. Where the kernel has no
// SCTP, a copy of it runs in one that has, and its result is that of the test.
func withSCTP(t *testing.T) bool {
	t.Helper()
	if err := canary.HasSCTP(); !errors.Is(err, canary.ErrNoSCTP) {
		if err != nil {
			t.Fatal(err)
		}
		return true
	}
	switch {
	case os.Getenv(guest) != "":
		t.Fatal("the kernel that should have SCTP has none")
	case raceDetector:
		t.Skip("the race detector needs more address space than the guest has; the test runs without it")
	}
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	runner, err := filepath.Abs("../../.ci/with-sctp")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(runner, name, "-test.run", "^"+t.Name()+"$", "-test.v")
	c.Env = append(os.Environ(), guest+"=1")
	out, err := c.CombinedOutput()
	switch {
	case c.ProcessState != nil && c.ProcessState.ExitCode() == 125:
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI lacks a kernel with SCTP: %s", out)
		}
		t.Skipf("needs a kernel with SCTP: %s", out)
	case err != nil:
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("in User Mode Linux:\n%s", out)
	return false
}
