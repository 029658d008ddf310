package live

import (
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Defaults and bounds of Config.
const (
	// DefaultRing holds a third of a second of a full 2 Gbit/s mirror.
	DefaultRing = 64 << 20
	// DefaultBlock: blocks that close by time and not by being full use up a ring
	// while its reader stands still, so they are small: 256 of them last seven
	// seconds. Each holds some 500 frames, so that little is spent a block.
	DefaultBlock = 256 << 10
	// minBlock holds a frame of 64 KiB, which segmentation offload makes, and its
	// header.
	minBlock = 128 << 10
	// DefaultBlockTimeout is how long a frame may stand in a block that does not
	// fill.
	DefaultBlockTimeout = 30 * time.Millisecond
	// DefaultIdle is how often Read comes back where there is no traffic.
	DefaultIdle = 100 * time.Millisecond
	// MaxWorkers bounds the goroutines that share the frames.
	MaxWorkers = 64
	// maxRing bounds a ring to what an offset of 31 bits reaches.
	maxRing = 1 << 31
)

// Timestamps says whose clock gives the time of a frame.
type Timestamps uint8

// Clocks.
const (
	// TimeKernel is the system's clock when the kernel got the frame, as tcpdump has
	// it: right for all interfaces together.
	TimeKernel Timestamps = iota
	// TimeHardware is the clock of the network card, where it has one and lets us
	// use it; else that of the kernel, with an Event that says so. Cards' clocks
	// must be kept in step with the system's (PTP): frames of several interfaces
	// are put in order by them.
	TimeHardware
)

// String is the clock as it stands in a configuration.
func (t Timestamps) String() string {
	if t == TimeHardware {
		return "hardware"
	}
	return "kernel"
}

// Config says what to capture. Interfaces is all that must be set.
type Config struct {
	Interfaces []string
	// Workers is how many Sources share the frames of all interfaces; 0: 1.
	Workers int
	// Ring is the memory of each interface in octets, Block the part of it that is
	// handed over at once, a multiple of the page size; 0: the defaults.
	Ring, Block  int
	BlockTimeout time.Duration
	// Idle: Read returns with no frames and no error after this time without
	// traffic; 0: DefaultIdle.
	Idle time.Duration

	Filter      Filter
	Promiscuous bool
	Timestamps  Timestamps

	// Notify is told what happens to interfaces, on the goroutine that reads them;
	// it must be quick. nil: nobody is told.
	Notify func(Event)
}

// State of an interface.
type State uint8

// States.
const (
	StateUp     State = iota // frames are captured
	StateDown                // the interface is there and down; capture goes on when it comes up
	StateGone                // there is no such interface now; capture goes on when it is back
	StateNotice              // nothing changed: Text says what is not as asked for
)

// String is the state as a label.
func (s State) String() string {
	switch s {
	case StateUp:
		return "up"
	case StateDown:
		return "down"
	case StateGone:
		return "gone"
	case StateNotice:
		return "notice"
	}
	return strconv.Itoa(int(s))
}

// Event is a change in the state of an interface.
type Event struct {
	Time      time.Time
	Interface string
	State     State
	Text      string // for people
}

// Stats are the counters of one interface since Open, over all times it went and
// came back. When nothing is in flight, and an interface that went has been read to
// its end, Received = Frames + Dropped.
type Stats struct {
	Interface  string
	State      State
	Timestamps Timestamps // of the ring in use
	Received   uint64     // frames that passed the filter, dropped ones too
	Dropped    uint64     // of them, no room in the ring
	Freezes    uint64     // times the ring was found full
	Frames     uint64     // handed out
	Bytes      uint64     // octets of these on the wire
	Reopened   uint64     // times the interface was found again after it was gone
}

// withDefaults fills what is not set and checks the rest.
func (c Config) withDefaults() (Config, error) {
	bad := func(format string, args ...any) error {
		return &Error{Err: ErrConfig, Detail: fmt.Sprintf(format, args...)}
	}
	if len(c.Interfaces) == 0 {
		return c, &Error{Err: ErrConfig, Detail: "no interface named", Want: "one of: " + interfaceNames()}
	}
	for i, name := range c.Interfaces {
		if slices.Contains(c.Interfaces[:i], name) {
			return c, bad("interface %s is named twice", strconv.Quote(name))
		}
	}
	c.Workers = orDefault(c.Workers, 1)
	c.Ring, c.Block = orDefault(c.Ring, DefaultRing), orDefault(c.Block, DefaultBlock)
	c.BlockTimeout, c.Idle = orDefault(c.BlockTimeout, DefaultBlockTimeout), orDefault(c.Idle, DefaultIdle)
	switch page := os.Getpagesize(); {
	case c.Workers < 1 || c.Workers > MaxWorkers:
		return c, bad("%d workers: want 1 to %d", c.Workers, MaxWorkers)
	case c.Block < minBlock || c.Block%page != 0 || c.Block > maxRing/2:
		return c, bad("blocks of %d octets: want at least %d, a multiple of %d", c.Block, minBlock, page)
	case c.Ring < 2*c.Block || int64(c.Ring) >= maxRing:
		return c, bad("a ring of %d octets: want at least two blocks of %d, and less than 2 GiB", c.Ring, c.Block)
	case c.BlockTimeout < time.Millisecond || c.BlockTimeout > 10*time.Second:
		return c, bad("a block timeout of %v: want 1ms to 10s", c.BlockTimeout)
	case c.Idle < time.Millisecond:
		return c, bad("an idle time of %v: want at least 1ms", c.Idle)
	}
	return c, nil
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// interfaceNames lists the interfaces there are, for messages.
func interfaceNames() string {
	list, err := net.Interfaces()
	if err != nil || len(list) == 0 {
		return "none was found"
	}
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].Name
	}
	return strings.Join(names, ", ")
}
