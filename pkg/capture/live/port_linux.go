package live

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"sigtransit/pkg/capture"
)

const (
	// checkEvery is how often the state of an interface is looked at that is not up,
	// at first; it doubles up to checkMost.
	checkEvery = 100 * time.Millisecond
	checkMost  = 2 * time.Second
)

// port is one interface through all that happens to it.
type port struct {
	conf *Config
	name string

	ring  *ring  // nil: there is none now
	block *block // being handed out
	state State
	check time.Time // when to look at the interface, if it is not up
	wait  time.Duration

	frames, octets, reopened atomic.Uint64

	mu    sync.Mutex // guards stats, and ring against Stats
	stats Stats
}

func noInterface(name string) error {
	return &Error{Interface: fmt.Sprintf("%.64q", name), Err: ErrNoInterface, Want: "one of: " + interfaceNames()}
}

// linkTypeOf is the link type of an interface by its hardware type (ARPHRD_).
func linkTypeOf(name string) (link capture.LinkType, loopback bool, err error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, false, err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq(name)
	if err != nil {
		return 0, false, err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, request); err != nil {
		return 0, false, err
	}
	switch hardware := request.Uint16(); hardware {
	case unix.ARPHRD_ETHER:
		return capture.LinkTypeEthernet, false, nil
	case unix.ARPHRD_LOOPBACK:
		return capture.LinkTypeEthernet, true, nil
	case unix.ARPHRD_NONE, unix.ARPHRD_RAWIP: // tun, WireGuard, modems
		return capture.LinkTypeRaw, false, nil
	default:
		return 0, false, &Error{Interface: name, Err: ErrLinkType, Detail: fmt.Sprintf("hardware type %d", hardware), Want: "Ethernet, loopback or raw IP"}
	}
}

// open makes the ring. The interface may be down.
func (p *port) open() error {
	face, err := net.InterfaceByName(p.name)
	if err != nil {
		return noInterface(p.name)
	}
	link, loopback, err := linkTypeOf(p.name)
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			return e
		}
		return &Error{Interface: p.name, Err: err}
	}
	r, notes, err := openRing(p.conf, p.name, face.Index, link, loopback)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.ring = r
	p.stats.Timestamps = TimeKernel
	if r.hw {
		p.stats.Timestamps = TimeHardware
	}
	p.mu.Unlock()
	for _, text := range notes {
		p.tell(StateNotice, text)
	}
	if face.Flags&net.FlagUp == 0 {
		p.set(StateDown, "the interface is down; capture goes on when it comes up")
	} else {
		p.set(StateUp, "capturing, times by the "+p.stats.Timestamps.String()+" clock")
	}
	return nil
}

func (p *port) tell(s State, text string) {
	if p.conf.Notify != nil {
		p.conf.Notify(Event{Time: time.Now(), Interface: p.name, State: s, Text: text})
	}
}

// set changes the state and tells it.
func (p *port) set(s State, text string) {
	p.mu.Lock()
	changed := p.state != s || p.stats.Interface == ""
	p.state, p.stats.State, p.stats.Interface = s, s, p.name
	p.mu.Unlock()
	p.wait = max(checkEvery, 2*p.conf.BlockTimeout) // what the ring holds is read by then
	p.check = time.Now().Add(p.wait)
	if changed {
		p.tell(s, text)
	}
}

// failed looks at the error of the socket; it is none of this package when the
// interface went down.
func (p *port) failed() {
	code, err := unix.GetsockoptInt(p.ring.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	switch {
	case err != nil || code == 0:
	case unix.Errno(code) == unix.ENETDOWN:
		p.set(StateDown, "the interface went down; capture goes on when it comes up")
	default:
		p.tell(StateNotice, "the socket reports: "+unix.Errno(code).Error())
	}
}

// look sees what became of an interface that is not up. The kernel goes on by itself
// when it comes up again; one of the same name made anew needs a new ring.
func (p *port) look(now time.Time) {
	if p.state == StateUp || now.Before(p.check) {
		return
	}
	p.wait = min(2*p.wait, checkMost)
	p.check = now.Add(p.wait)
	face, err := net.InterfaceByName(p.name)
	switch {
	case p.ring == nil && err == nil:
		if err := p.open(); err != nil {
			p.tell(StateNotice, err.Error())
			return
		}
		p.reopened.Add(1)
	case p.ring == nil:
	case err == nil && face.Index == p.ring.index:
		if face.Flags&net.FlagUp != 0 {
			p.set(StateUp, "the interface is up again")
		}
	case p.block == nil && !p.ring.ready(): // what it held is read
		p.drop()
		p.set(StateGone, "the interface is gone; capture goes on when it is back")
	}
}

// drop closes the ring and keeps its counters.
func (p *port) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ring == nil {
		return
	}
	p.count()
	p.ring.close()
	p.ring = nil
}

// count adds the kernel's counters up; p.mu is held.
func (p *port) count() {
	received, dropped, freezes := p.ring.counters()
	p.stats.Received += received
	p.stats.Dropped += dropped
	p.stats.Freezes += freezes
}

// snapshot is what was counted so far.
func (p *port) snapshot() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ring != nil {
		p.count()
	}
	s := p.stats
	s.Frames, s.Bytes, s.Reopened = p.frames.Load(), p.octets.Load(), p.reopened.Load()
	return s
}
