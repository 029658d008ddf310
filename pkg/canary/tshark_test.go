package canary_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigtransit/pkg/canary"
)

// TestTshark: another dissector reads the messages of both ends as they are meant, and
// finds no fault in them.
func TestTshark(t *testing.T) {
	bin, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is not installed: canaries cannot be held to the reference dissector")
		}
		t.Skip("tshark is not installed: canaries cannot be held to the reference dissector")
	}
	for transport, want := range map[canary.Transport]struct{ filter, fields, lines string }{
		canary.SCTP: {"m3ua.message_class == 1", "sctp.data_payload_proto_id sccp.called.digits sccp.calling.digits gsm_old.localValue e212.imsi gsm_map.ms.rand", strings.Join([]string{
			"3\t999226207002\t999226207001\t56\t001012262070000\t",
			"3\t999226207001\t999226207002\t56\t\t" + vectors(2),
		}, "\n") + "\n"},
		canary.TCP: {"diameter.cmd.code == 318", "diameter.flags.request e212.imsi diameter.Origin-Host diameter.Route-Record diameter.Result-Code diameter.RAND", strings.Join([]string{
			"1\t001012262070000\tsender-07.canary.example.net\thop.canary.example.net\t\t",
			"0\t\tlistener.canary.example.net\t\t2001\t" + vectors(2),
		}, "\n") + "\n"},
	} {
		all, _ := canary.Converse(transport, 7, 1)
		file := filepath.Join(t.TempDir(), "canary.pcap")
		if err := os.WriteFile(file, frames(t, transport, all, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		read := func(args ...string) string {
			cmd := exec.Command(bin, append([]string{"-n", "-r", file, "-o", "sctp.checksum:TRUE"}, args...)...)
			cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("tshark: %v", err)
			}
			return string(out)
		}
		if out := read("-Y", "_ws.malformed || _ws.expert.severity == 0x00800000 || sctp.checksum.status == 0"); out != "" {
			t.Errorf("%v: faults:\n%s", transport, out)
		}
		args := []string{"-Y", want.filter, "-T", "fields"}
		for f := range strings.FieldsSeq(want.fields) {
			args = append(args, "-e", f)
		}
		if got := read(args...); got != want.lines {
			t.Errorf("%v:\n got %q\nwant %q", transport, got, want.lines)
		}
	}
}

// vectors are n RANDs as tshark prints them.
func vectors(n int) string {
	const rand = "43414e4152592d4e4f542d412d4b4559" // CANARY-NOT-A-KEY
	return strings.TrimSuffix(strings.Repeat(rand+",", n), ",")
}
