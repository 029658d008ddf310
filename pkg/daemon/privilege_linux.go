package daemon

import (
	"bufio"
	"fmt"
	"os"
	"os/user"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// confined marks the environment of a process that Confine started, so that it
// does not start itself for ever where the kernel refuses something.
const confined = "SIGTRANSIT_CONFINED"

// Confine leaves the process with no more rights than a capture needs: the
// capability CAP_NET_RAW if it had it, none of the others, no way to gain any
// (no_new_privs), and as the user named if it runs as root. Root without a name
// stays what it is: whoever starts it so wants its files written as root.
//
// Rights belong to threads, and Go has several: so the thread that gave them up
// executes the program anew, which does not return. It returns where there is
// nothing to give up. What the process opened before is closed by that, and files
// have to be readable by the user.
func Confine(name string) error {
	now, err := readRights()
	if err != nil {
		return err
	}
	const keep = uint64(1) << unix.CAP_NET_RAW
	change := now.uid == 0
	if change && (name == "" || name == "root") || !change && now.noNewPrivs && now.permitted&^keep == 0 {
		return nil
	}
	if os.Getenv(confined) != "" {
		if change {
			return fmt.Errorf("giving up privileges: still root after the change to user %q of the configuration, or %s is set by somebody else; want a user other than root", name, confined)
		}
		return nil // the kernel kept more than was asked for: it is what there is
	}
	var id identity
	if change {
		if id, err = identify(name); err != nil {
			return err
		}
	}
	// From here on this thread is another one than the rest. It is never unlocked:
	// whoever comes back with an error ends the process.
	runtime.LockOSThread()
	if err := giveUp(now.permitted&keep, change, id); err != nil {
		return fmt.Errorf("giving up privileges: %w", err)
	}
	env := append(slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, confined+"=") }), confined+"=1")
	if err := unix.Exec("/proc/self/exe", os.Args, env); err != nil {
		return fmt.Errorf("giving up privileges: starting anew: %w", err)
	}
	return nil
}

// rights are those of the process that matter here.
type rights struct {
	uid        int
	permitted  uint64
	noNewPrivs bool
}

func readRights() (r rights, err error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return r, err
	}
	defer f.Close()
	r.uid = os.Geteuid()
	s := bufio.NewScanner(f)
	for s.Scan() {
		key, value, _ := strings.Cut(s.Text(), ":")
		value = strings.TrimSpace(value)
		switch key {
		case "CapPrm":
			if r.permitted, err = strconv.ParseUint(value, 16, 64); err != nil {
				return r, err
			}
		case "NoNewPrivs":
			r.noNewPrivs = value == "1"
		}
	}
	return r, s.Err()
}

// identity is a user with all its groups.
type identity struct {
	uid, gid int
	groups   []uint32
}

// CheckUser says whether there is a user of this name to run as.
func CheckUser(name string) error {
	_, err := identify(name)
	return err
}

func identify(name string) (id identity, err error) {
	u, err := user.Lookup(name)
	if err != nil {
		return id, fmt.Errorf("user %q of the configuration: there is no such user; want one made for this service, for example by `adduser --system --group sigtransit`", name)
	}
	if id.uid, err = strconv.Atoi(u.Uid); err != nil {
		return id, err
	}
	if id.gid, err = strconv.Atoi(u.Gid); err != nil {
		return id, err
	}
	groups, err := u.GroupIds()
	if err != nil {
		return id, err
	}
	for _, g := range groups {
		n, err := strconv.ParseUint(g, 10, 32)
		if err != nil {
			return id, err
		}
		id.groups = append(id.groups, uint32(n))
	}
	return id, nil
}

// lastCapability is above all that kernels know; those they do not are refused
// with EINVAL.
const lastCapability = 63

// giveUp takes the rights of this thread down to the capabilities in keep.
func giveUp(keep uint64, change bool, id identity) error {
	// What is not in the bounding set never comes back (capabilities(7)). Only who
	// has CAP_SETPCAP may lower it; without, no_new_privs does the same.
	for c := range lastCapability {
		if keep>>c&1 == 0 {
			_ = unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(c), 0, 0, 0)
		}
	}
	if change {
		if err := unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0); err != nil {
			return err
		}
		var groups unsafe.Pointer
		if len(id.groups) > 0 {
			groups = unsafe.Pointer(&id.groups[0])
		}
		if _, _, e := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(id.groups)), uintptr(groups), 0); e != 0 {
			return fmt.Errorf("setgroups: %w", e)
		}
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESGID, uintptr(id.gid), uintptr(id.gid), uintptr(id.gid)); e != 0 {
			return fmt.Errorf("setgid: %w", e)
		}
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(id.uid), uintptr(id.uid), uintptr(id.uid)); e != 0 {
			return fmt.Errorf("setuid: %w", e)
		}
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	for i := range data {
		w := uint32(keep >> (32 * i))
		data[i] = unix.CapUserData{Effective: w, Permitted: w, Inheritable: w}
	}
	if err := unix.Capset(&head, &data[0]); err != nil {
		return fmt.Errorf("capset: %w", err)
	}
	for c := range lastCapability {
		if keep>>c&1 != 0 {
			if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, uintptr(c), 0, 0); err != nil {
				return fmt.Errorf("keeping the capability to capture: %w", err)
			}
		}
	}
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}
