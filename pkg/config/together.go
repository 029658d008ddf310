package config

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
)

// together tells which files that are written are named for something else, too: one of
// the two would be lost, or the daemon would not start.
func (r *reading) together() {
	type claim struct {
		key    string
		beside bool // made beside the file of the key
	}
	claims := map[string]claim{real(r.name): {key: "this configuration"}}
	for _, n := range r.named {
		if !n.written {
			claims[real(n.name)] = claim{key: n.key}
		}
	}
	for _, w := range r.named {
		if !w.written {
			continue
		}
		text := ""
		for _, suffix := range append([]string{""}, beside[w.key]...) {
			name := real(w.name + suffix)
			is, taken := claims[name]
			switch {
			case name == "":
			case !taken:
				claims[name] = claim{w.key, suffix != ""}
			case text != "" || ofSinks(w.key, is.key):
			case suffix != "":
				text = fmt.Sprintf("is in the way of %s: %s is made beside it", is.key, w.name+suffix)
			case is.beside:
				text = "is made beside " + is.key
			default:
				text = "is " + is.key + ", too"
			}
		}
		if text != "" {
			r.wrong(w.key, "%s: %s %s; want a name of its own", w.key, w.name, text)
		}
	}
}

// ofSinks reports that two keys are the same one of two sinks: sink.CheckTogether tells of
// those.
func ofSinks(a, b string) bool {
	_, a, okA := strings.Cut(a, "].")
	_, b, okB := strings.Cut(b, "].")
	return okA && okB && a == b
}

// real is the name of a file without links, which need not be there yet; "" for what is no
// file: a device may be written for many, and of a folder it is told besides.
func real(name string) string {
	if i, err := os.Stat(name); err == nil && !i.Mode().IsRegular() {
		return ""
	}
	name, err := filepath.Abs(name)
	if err != nil {
		return ""
	}
	if whole, err := filepath.EvalSymlinks(name); err == nil {
		return whole
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil {
		return filepath.Join(dir, filepath.Base(name))
	}
	return name
}

// beside is what is made beside a file: its name goes on so.
var beside = map[string][]string{
	"state.file":  {".new", ".unreadable"},
	"ledger.file": {"-wal", "-shm", "-journal", ".key", ".lock"},
}

// sameAddress reports that two addresses to listen on cannot be had at once. One without
// a host, or with that of all, takes the port on every address.
func sameAddress(a, b string) bool {
	hostA, portA, _ := net.SplitHostPort(a)
	hostB, portB, _ := net.SplitHostPort(b)
	return portA == portB && (hostA == hostB || everywhere(hostA) || everywhere(hostB))
}

func everywhere(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "" || err == nil && ip.IsUnspecified()
}
