package live

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"sigtransit/pkg/capture"
)

// ring is a socket with a ring of one interface. One goroutine takes blocks; any may
// give them back.
type ring struct {
	fd     int
	index  int // of the interface
	link   capture.LinkType
	hw     bool // the card's clock gives the time
	mem    []byte
	blocks []block
	next   int  // the block the kernel fills or has filled next
	ahead  int  // how many blocks from there on were seen to be full
	filled bool // the last block that was taken was full, not just old
	// refs are the blocks taken, and one while the ring is open. The memory goes with
	// the last.
	refs atomic.Int32
}

// block is one of a ring's. What is read of it is written by the reader alone.
type block struct {
	ring  *ring
	mem   []byte
	refs  atomic.Int32
	taken atomic.Bool // not yet given back

	left    int       // frames not yet handed out
	off     int       // of the next one
	fetched int       // up to where fetch was
	size    int       // of what the kernel wrote
	seen    time.Time // when the reader saw that it is full
}

// blockHeader stands at the start of each block (struct tpacket_block_desc with
// struct tpacket_hdr_v1).
type blockHeader struct {
	version uint32
	private uint32
	v1      unix.TpacketHdrV1
}

const (
	frameHeader = int(unsafe.Sizeof(unix.Tpacket3Hdr{}))
	// frameStart is where a frame's octets may begin at the earliest: behind its
	// header and the address (struct sockaddr_ll).
	frameStart = frameHeader + unix.SizeofSockaddrLinklayer
	tagLength  = 4
)

// htons turns a number round for the network.
func htons(v uint16) uint16 {
	var b [2]byte
	b[0], b[1] = byte(v>>8), byte(v)
	return *(*uint16)(unsafe.Pointer(&b[0]))
}

// openRing makes a socket that captures from an interface. Until the last step it is
// bound to no protocol, and no frame gets in that the filter would not let pass.
func openRing(c *Config, name string, index int, link capture.LinkType, loopback bool) (*ring, []string, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, socketError(name, err)
	}
	r := &ring{fd: fd, index: index, link: link}
	r.refs.Store(1)
	notes, err := r.setUp(c, name, loopback)
	if err != nil {
		r.close()
		return nil, nil, err
	}
	return r, notes, nil
}

// socketError says what a refused socket means.
func socketError(name string, err error) error {
	switch {
	case errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES):
		self, e := os.Executable()
		if e != nil {
			self = "sigtransit"
		}
		return &Error{Interface: name, Err: ErrPermission, Detail: "the capability CAP_NET_RAW is missing",
			Want: "`setcap cap_net_raw+ep " + self + "`, or AmbientCapabilities=CAP_NET_RAW in the unit of systemd"}
	case errors.Is(err, unix.EAFNOSUPPORT):
		return &Error{Interface: name, Err: ErrKernel, Detail: "no AF_PACKET sockets", Want: "a kernel with CONFIG_PACKET, or `modprobe af_packet`"}
	}
	return &Error{Interface: name, Err: err}
}

// setUp does all between socket and bind. notes are for people: what is not as asked
// for.
func (r *ring) setUp(c *Config, name string, loopback bool) (notes []string, err error) {
	fail := func(err error, detail, want string) ([]string, error) {
		return nil, &Error{Interface: name, Err: err, Detail: detail, Want: want}
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return fail(ErrKernel, "no TPACKET_V3: "+err.Error(), "Linux 3.2 or later")
	}
	count := c.Ring / c.Block
	// Frames have no fixed size in this version; the kernel wants one for its sums.
	const slot = 2048
	request := unix.TpacketReq3{
		Block_size: uint32(c.Block), Block_nr: uint32(count), Frame_size: slot, Frame_nr: uint32(c.Block / slot * count),
		Retire_blk_tov: uint32(c.BlockTimeout / time.Millisecond),
	}
	if err := unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &request); err != nil {
		return fail(ErrMemory, fmt.Sprintf("%d blocks of %d octets: %v", count, c.Block, err), "a smaller ring")
	}
	if r.mem, err = unix.Mmap(r.fd, 0, count*c.Block, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE); err != nil {
		return fail(ErrMemory, fmt.Sprintf("mapping %d octets: %v", count*c.Block, err), "a smaller ring")
	}
	r.blocks = make([]block, count)
	for i := range r.blocks {
		r.blocks[i] = block{ring: r, mem: r.mem[i*c.Block : (i+1)*c.Block : (i+1)*c.Block]}
	}
	if err := r.setFilter(&c.Filter); err != nil {
		var e *Error
		if errors.As(err, &e) {
			e.Interface = name
			return nil, e
		}
		return fail(ErrFilter, "the kernel refuses it: "+err.Error(), "")
	}
	if loopback { // it shows each frame twice, sent and received; Linux 4.20
		_ = unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1)
	}
	if c.Timestamps == TimeHardware {
		if err := r.hardwareTime(name); err != nil {
			notes = append(notes, "times are those of the kernel: the network card's clock cannot be used: "+err.Error())
		}
	}
	if c.Promiscuous {
		if err := unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, r.promiscuous()); err != nil {
			notes = append(notes, "promiscuous mode is refused, frames to others may not be seen: "+err.Error())
		}
	}
	address := unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL), Ifindex: r.index}
	if err := unix.Bind(r.fd, &address); err != nil {
		if errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENXIO) {
			return nil, noInterface(name)
		}
		return fail(err, "bind", "")
	}
	return notes, nil
}

func (r *ring) promiscuous() *unix.PacketMreq {
	return &unix.PacketMreq{Ifindex: int32(r.index), Type: unix.PACKET_MR_PROMISC}
}

// setFilter attaches the filter and locks it.
func (r *ring) setFilter(f *Filter) error {
	program, err := f.Compile(r.link)
	if err != nil {
		return err
	}
	// bpf.RawInstruction has the layout of struct sock_filter.
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: (*unix.SockFilter)(unsafe.Pointer(&program[0]))}
	if err := unix.SetsockoptSockFprog(r.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &prog); err != nil {
		return err
	}
	return unix.SetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_LOCK_FILTER, 1)
}

// hardwareTime asks the card to stamp all frames, and the kernel to pass that on.
func (r *ring) hardwareTime(name string) error {
	now, err := unix.IoctlGetHwTstamp(r.fd, name)
	if err != nil {
		return fmt.Errorf("SIOCGHWTSTAMP: %w", err)
	}
	if now.Rx_filter != unix.HWTSTAMP_FILTER_ALL {
		now.Rx_filter = unix.HWTSTAMP_FILTER_ALL
		if err := unix.IoctlSetHwTstamp(r.fd, name, now); err != nil {
			return fmt.Errorf("SIOCSHWTSTAMP (it needs CAP_NET_ADMIN): %w", err)
		}
		if now.Rx_filter != unix.HWTSTAMP_FILTER_ALL {
			return errors.New("it does not stamp all frames")
		}
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_TIMESTAMP, unix.SOF_TIMESTAMPING_RAW_HARDWARE); err != nil {
		return fmt.Errorf("PACKET_TIMESTAMP: %w", err)
	}
	r.hw = true
	return nil
}

// notice marks the blocks that have become full.
func (r *ring) notice(now time.Time) {
	for r.ahead < len(r.blocks) {
		b := &r.blocks[(r.next+r.ahead)%len(r.blocks)]
		if !b.full() {
			return
		}
		b.seen = now
		r.ahead++
	}
}

// take is the next block if the kernel is done with it, else nil.
func (r *ring) take(now time.Time) *block {
	if !r.ready() {
		return nil
	}
	if r.ahead == 0 {
		r.notice(now)
	}
	r.ahead--
	b := &r.blocks[r.next]
	h := b.head()
	if r.next++; r.next == len(r.blocks) {
		r.next = 0
	}
	r.filled = h.v1.Block_status&unix.TP_STATUS_BLK_TMO == 0
	b.left, b.off = int(h.v1.Num_pkts), int(h.v1.Offset_to_first_pkt)
	b.fetched, b.size = b.off, min(int(h.v1.Blk_len), len(b.mem))
	r.refs.Add(1)
	b.refs.Store(1)
	b.taken.Store(true)
	return b
}

// ready says if the kernel is done with the next block. It may also be that all
// blocks are ours, and this one has yet to be given back.
func (r *ring) ready() bool { return r.blocks[r.next].full() }

func (b *block) full() bool {
	return !b.taken.Load() && atomic.LoadUint32(&b.head().v1.Block_status)&unix.TP_STATUS_USER != 0
}

func (b *block) head() *blockHeader { return (*blockHeader)(unsafe.Pointer(&b.mem[0])) }

// release gives the block back to the kernel with the last of those that use it.
func (b *block) release() {
	if b.refs.Add(-1) == 0 {
		atomic.StoreUint32(&b.head().v1.Block_status, unix.TP_STATUS_KERNEL)
		b.taken.Store(false) // in this order, or the reader takes it for a new one
		b.ring.unref()
	}
}

func (r *ring) unref() {
	if r.refs.Add(-1) == 0 && r.mem != nil {
		_ = unix.Munmap(r.mem)
	}
}

// header is that of the next frame.
func (b *block) header() *unix.Tpacket3Hdr {
	return (*unix.Tpacket3Hdr)(unsafe.Pointer(&b.mem[b.off : b.off+frameHeader][0]))
}

// time is that of the next frame.
func (b *block) time() int64 {
	h := b.header()
	return int64(h.Sec)*1e9 + int64(h.Nsec)
}

// stride is how much of a block fetch has brought from the core that wrote it.
const stride = 16 << 10

// line is a line of the cache.
const line = 64

// fetch reads an octet of each line of the next frames, before anybody needs one: these
// loads depend on nothing, so that the lines come side by side. Header after header, each
// of which tells where the next one is, they would come one after the other. The sum is
// for nothing, but that the compiler cannot know.
func (b *block) fetch() (sum byte) {
	if b.off+stride/2 < b.fetched {
		return 0
	}
	end := min(max(b.fetched, b.off)+stride, b.size)
	for i := b.fetched; i < end; i += line {
		sum += b.mem[i]
	}
	b.fetched = max(b.fetched, end)
	return sum
}

// frame hands out the next frame.
func (b *block) frame(f *capture.Frame) {
	h := b.header()
	at := b.off + int(h.Mac)
	end := at + int(h.Snaplen)
	f.Time = int64(h.Sec)*1e9 + int64(h.Nsec)
	f.LinkType = b.ring.link
	f.Length = int(h.Len)
	if h.Status&unix.TP_STATUS_VLAN_VALID != 0 && f.LinkType == capture.LinkTypeEthernet && h.Snaplen >= 12 && int(h.Mac) >= frameStart+tagLength {
		at -= tagLength
		f.Length += tagLength
		restoreTag(b.mem[at:], h)
	}
	f.Data = b.mem[at:end:end]
	b.left--
	b.off += int(h.Next_offset)
}

// restoreTag puts a VLAN tag back that the kernel, or the card, took out of a frame:
// the addresses move into the room in front of it.
func restoreTag(b []byte, h *unix.Tpacket3Hdr) {
	copy(b[:12], b[tagLength:tagLength+12])
	tpid := uint16(unix.ETH_P_8021Q)
	if h.Status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		tpid = h.Hv1.Vlan_tpid
	}
	b[12], b[13] = byte(tpid>>8), byte(tpid)
	b[14], b[15] = byte(h.Hv1.Vlan_tci>>8), byte(h.Hv1.Vlan_tci)
}

// counters are what the kernel counted since it was asked last. Received has the
// dropped ones, too.
func (r *ring) counters() (received, dropped, freezes uint64) {
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0, 0, 0
	}
	return uint64(s.Packets), uint64(s.Drops), uint64(s.Freeze_q_cnt)
}

// close ends the capture. The memory stays while blocks are in use, and with it the
// kernel's side of the socket: promiscuous mode is left by hand.
func (r *ring) close() {
	_ = unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_DROP_MEMBERSHIP, r.promiscuous())
	_ = unix.Close(r.fd)
	r.unref()
}
