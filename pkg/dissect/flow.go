package dissect

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"

	"sigtransit/pkg/reassembly"
	"sigtransit/pkg/signaling"
)

// Bounds of the table of flows.
const (
	maxFlows = 1 << 14
	maxPaths = 8 * maxFlows
	// flowIdle is how long a flow may be silent when the table is full. SCTP sends
	// heartbeats every 30 s (RFC 9260 16), Diameter a watchdog every 30 s (RFC
	// 3539 3.4.1).
	flowIdle = 300 * int64(1e9)
	// maxHeld bounds the octets that pieces of messages take, in all flows together:
	// each flow has bounds of its own, but a flood makes many flows.
	maxHeld = 128 << 20
	// maxEndAddrs bounds the addresses remembered for one end.
	maxEndAddrs = 16
)

// content is what a flow was found to carry.
type content uint8

const (
	contentUnknown content = iota
	contentM3UA
	contentM2UA
	contentM2PA
	contentSUA
	contentDiameter
	contentOther
)

// flow is one association or connection.
type flow struct {
	link    signaling.Link
	half    [2]half // half[i] holds what end i sends
	content content
	last    int64
	since   int64 // when it was first seen
	tries   uint8 // payloads that matched no content
	told    bool  // the handler knows of the flow
	closed  bool
	// national: messages of M3UA were found to be of another variant than ITU.
	national bool
	labels   [4]label // by network indicator
	// plain: a readable message came since the flow began or was encrypted, and was
	// judged. It saves each further one the same.
	plain      bool
	inband     uint8 // inbandOffered, inbandAgreed
	turns      uint8 // changes of protection
	remembered bool  // as a protected link
	shield     *shield
	oneWay     bool // only one direction is in the capture
}

// half is one direction of a flow.
type half struct {
	flow *flow
	from uint8 // the end of the link that sends
	seen bool  // the capture has packets of it
	vtag uint32
	sctp reassembly.SCTP
	tcp  reassembly.TCP
	good uint32 // SCTP packets with a right checksum
	bad  uint32
	// initialTSN stood in an INIT of this end; it takes effect with the tag that
	// the INIT ACK settles (RFC 9260 5.1, 5.2).
	initialTSN    uint32
	hasInitialTSN bool

	isn    uint32 // TCP: the first sequence number, from SYN
	synced bool   // TCP: the start of a message is known
	buf    []byte // TCP: the message whose rest is still to come
	need   int    // TCP: length of that message; 0 while even that is unknown
}

// pathKey names one direction between one pair of addresses.
type pathKey struct {
	src, dst [16]byte
	ports    uint32 // source << 16 | destination
	vtag     uint32 // 0 for TCP
	proto    uint8
}

// end is an address as two numbers: eight octets are loaded as they were stored, a
// copy of all sixteen would wait for the stores to leave the store buffer.
func end(a *[16]byte) (lo, hi uint64) {
	return binary.LittleEndian.Uint64(a[:8]), binary.LittleEndian.Uint64(a[8:])
}

// hashPath mixes what a pathKey holds but for the protocol: products of 128 bits,
// independent of each other but for the last.
func hashPath(src, dst *[16]byte, ports, vtag uint32) uint64 {
	s0, s1 := end(src)
	d0, d1 := end(dst)
	a, b := bits.Mul64(s1^0x9e3779b97f4a7c15, d1^0xd6e8feb86659fd93)
	c, d := bits.Mul64(s0^0xa0761d6478bd642f, d0^0xe7037ed1a0b428db)
	a, b = bits.Mul64(a^b^c^d, (uint64(ports)<<32|uint64(vtag))^0xff51afd7ed558ccd)
	return a ^ b
}

func (k *pathKey) hash() uint64 { return hashPath(&k.src, &k.dst, k.ports, k.vtag) }

// is compares with the parts of another key.
func (k *pathKey) is(src, dst *[16]byte, ports, vtag uint32, proto uint8) bool {
	s0, s1 := end(src)
	d0, d1 := end(dst)
	k0, k1 := end(&k.src)
	l0, l1 := end(&k.dst)
	return (s0^k0)|(s1^k1)|(d0^l0)|(d1^l1)|uint64(ports^k.ports)|uint64(vtag^k.vtag)|uint64(proto^k.proto) == 0
}

// path is one direction between one pair of addresses, with the form of its ends
// that messages carry.
type path struct {
	half     *half // nil: the slot is free
	hash     uint64
	key      pathKey
	src, dst netip.AddrPort
}

// paths is an open-addressing table of paths.
type paths struct {
	slots []path
	used  int
}

// find is the path of a key, nil when it is not known. It is valid until the next
// put. It is called rather than inlined: a caller as large as sctpPacket would not have
// the hash and the comparison inlined with it.
//
//go:noinline
func (p *paths) find(src, dst *[16]byte, ports, vtag uint32, proto uint8) *path {
	h := hashPath(src, dst, ports, vtag)
	for i := h; len(p.slots) != 0; i++ {
		s := &p.slots[i&uint64(len(p.slots)-1)]
		if s.hash == h && s.key.is(src, dst, ports, vtag, proto) && s.half != nil {
			return s
		}
		if s.half == nil {
			break
		}
	}
	return nil
}

func (p *paths) put(k *pathKey, h uint64, x *half) *path {
	if 2*(p.used+1) > len(p.slots) {
		old := p.slots
		p.slots = make([]path, max(128, 2*len(old)))
		for i := range old {
			if old[i].half != nil {
				*p.free(&old[i].key, old[i].hash) = old[i]
			}
		}
	}
	s := p.free(k, h)
	if s.half == nil {
		p.used++
	}
	*s = path{
		half: x, hash: h, key: *k,
		src: netip.AddrPortFrom(address(&k.src), uint16(k.ports>>16)),
		dst: netip.AddrPortFrom(address(&k.dst), uint16(k.ports)),
	}
	return s
}

// address is an address of a Packet; the zero Addr where the capture has none.
func address(a *[16]byte) netip.Addr {
	if *a == [16]byte{} {
		return netip.Addr{}
	}
	return netip.AddrFrom16(*a).Unmap()
}

// free is the slot of a key, or the one where it belongs.
func (p *paths) free(k *pathKey, h uint64) *path {
	mask := uint64(len(p.slots) - 1)
	i := h & mask
	for p.slots[i].half != nil && !(p.slots[i].hash == h && p.slots[i].key == *k) {
		i = (i + 1) & mask
	}
	return &p.slots[i]
}

// pair names two ends whatever the tags.
type pair struct {
	src, dst [16]byte
	ports    uint32
	proto    uint8
}

func (k pair) reverse() pair {
	return pair{src: k.dst, dst: k.src, ports: k.ports<<16 | k.ports>>16, proto: k.proto}
}

// tagKey names a direction by its verification tag and ports alone: what stays
// when a multi-homed end changes to another path.
type tagKey struct {
	vtag  uint32
	ports uint32
}

// promise is a direction that INIT or INIT ACK announced: packets of half will
// carry the tag; initialTSN begins the numbering of that half when it is used.
type promise struct {
	half       *half
	initialTSN uint32
	hasTSN     bool
}

// flows is all flows of a dissector.
type flows struct {
	paths paths
	pairs map[pair]*half
	tags  map[tagKey]promise
	all   []*flow
	id    uint64 // of the link made last
	step  uint64 // between the numbers of two links: other workers have those in between
	// recalled is the links of an earlier run.
	recalled map[pair]names

	evicted uint64
	told    uint64 // flows found to carry signaling, ever
	gone    losses // of flows, and of connections, that are over
}

// bind makes a path belong to a direction.
func (t *flows) bind(k *pathKey, h *half) *path {
	if t.pairs == nil {
		t.pairs, t.tags = make(map[pair]*half), make(map[tagKey]promise)
	}
	// Forged addresses and tags must not grow the tables: what is dropped here is
	// found again by tag or by ends at the price of a slower packet.
	if t.paths.used >= maxPaths {
		t.paths = paths{}
	}
	if len(t.pairs) >= maxPaths {
		clear(t.pairs)
	}
	p := t.paths.put(k, k.hash(), h)
	pk := pair{k.src, k.dst, k.ports, k.proto}
	t.pairs[pk] = h
	t.pairs[pk.reverse()] = &h.flow.half[1-h.from]
	h.flow.learn(h.from, p.src.Addr())
	h.flow.learn(1-h.from, p.dst.Addr())
	return p
}

// open makes a flow whose end 0 is the source of k.
func (t *flows) open(now int64, k *pathKey, tr signaling.Transport) *flow {
	if len(t.all) >= maxFlows {
		t.sweep(now)
	}
	t.id += t.step
	f := &flow{last: now, since: now}
	f.link = signaling.Link{ID: t.id, Transport: tr, Version: 1}
	f.link.Ends[0].Port, f.link.Ends[1].Port = uint16(k.ports>>16), uint16(k.ports)
	f.half[0] = half{flow: f, from: 0}
	f.half[1] = half{flow: f, from: 1}
	t.all = append(t.all, f)
	if len(t.recalled) > 0 {
		t.recognise(f, k)
	}
	return f
}

// known is the path between two known ends that the paths do not have; nil when the
// connection is not known.
func (t *flows) known(k *pathKey) *path {
	if h := t.pairs[pair{k.src, k.dst, k.ports, k.proto}]; h != nil {
		return t.bind(k, h)
	}
	return nil
}

// renew begins another connection between the same ends and ports.
func (t *flows) renew(f *flow) {
	t.collect(f)
	t.id += t.step
	l := &f.link
	l.ID, l.Protection, l.Version = t.id, signaling.Clear, l.Version+1
	l.Security, l.NumCarriers, l.NumMarks, l.MarksGeneration, l.Reported = nil, 0, 0, 0, nil
	for i := range l.Ends {
		l.Ends[i].Host, l.Ends[i].Realm = "", ""
	}
	f.content, f.tries, f.told, f.closed = contentUnknown, 0, false, false
	f.national, f.labels = false, [4]label{}
	f.plain, f.inband, f.turns, f.remembered, f.shield = false, 0, 0, false, nil
}

// learn adds an address to an end of the link.
func (f *flow) learn(end uint8, a netip.Addr) {
	e := &f.link.Ends[end]
	if a.IsValid() && len(e.Addrs) < maxEndAddrs && !slices.Contains(e.Addrs, a) {
		e.Addrs = append(e.Addrs, a)
		f.link.Version++
	}
}

// name sets the Diameter identity of an end, and reports whether it is news.
func (f *flow) name(end uint8, host, realm []byte) bool {
	e := &f.link.Ends[end]
	if len(host) == 0 || len(host) > 255 || len(realm) > 255 || e.Host == string(host) && e.Realm == string(realm) {
		return false
	}
	e.Host, e.Realm = string(host), string(realm)
	f.link.Version++
	return true
}

// sweep makes room: flows idle for long go, and if that frees less than a
// quarter, the half of the rest that was silent for longest.
func (t *flows) sweep(now int64) {
	before := len(t.all)
	cutoff := now - flowIdle
	keep := func(f *flow) bool { return f.last >= cutoff }
	if idle := len(slices.DeleteFunc(slices.Clone(t.all), func(f *flow) bool { return !keep(f) })); idle > 3*before/4 {
		times := make([]int64, 0, before)
		for _, f := range t.all {
			times = append(times, f.last)
		}
		slices.Sort(times)
		cutoff = times[len(times)/2] + 1
	}
	t.all = slices.DeleteFunc(t.all, func(f *flow) bool {
		if keep(f) {
			return false
		}
		t.collect(f)
		return true
	})
	t.evicted += uint64(before - len(t.all))
	old := t.paths.slots
	t.paths = paths{}
	for i := range old {
		if h := old[i].half; h != nil && keep(h.flow) {
			t.paths.put(&old[i].key, old[i].hash, h)
		}
	}
	for k, h := range t.pairs {
		if !keep(h.flow) {
			delete(t.pairs, k)
		}
	}
	for k, p := range t.tags {
		if !keep(p.half.flow) {
			delete(t.tags, k)
		}
	}
}

// sctp is the path of an SCTP packet that find does not know. It may be another
// path of a known association: the tag tells, if an address or the TSN agrees.
func (t *flows) sctp(now int64, k *pathKey, tsn uint32, hasTSN bool) *path {
	if pr, ok := t.tags[tagKey{k.vtag, k.ports}]; ok && k.vtag != 0 {
		ends := &pr.half.flow.link.Ends
		known := slices.Contains(ends[pr.half.from].Addrs, netip.AddrFrom16(k.src).Unmap()) ||
			slices.Contains(ends[1-pr.half.from].Addrs, netip.AddrFrom16(k.dst).Unmap())
		if known || (hasTSN && pr.half.sctp.Expects(tsn)) {
			return t.use(k, pr)
		}
	}
	if h := t.pairs[pair{k.src, k.dst, k.ports, k.proto}]; h != nil {
		// Known ends, another tag: INIT (tag 0), an ABORT that reflects the tag of
		// its receiver (RFC 9260 8.5.1), the first packet of a direction whose INIT
		// is not in the capture, or an association that restarted unseen.
		if hasTSN && k.vtag != h.vtag {
			if h.vtag != 0 {
				h.sctp.Renumber() // even if the TSN would fit: some stacks begin with the same one each time
			}
			h.vtag = k.vtag
			t.promise(tagKey{k.vtag, k.ports}, promise{half: h})
		}
		return t.bind(k, h)
	}
	h := &t.open(now, k, signaling.SCTP).half[0]
	p := t.bind(k, h)
	if k.vtag != 0 {
		h.vtag = k.vtag
		t.promise(tagKey{k.vtag, k.ports}, promise{half: h})
	}
	return p
}

// Links calls f for the links that carry signaling and are not closed.
func (d *Dissector) Links(f func(*signaling.Link)) {
	for _, x := range d.flows.all {
		if x.told && !x.closed {
			f(&x.link)
		}
	}
	for _, x := range d.ipsec {
		f(&x.link)
	}
}

// LinksSince calls f for the links that carry signaling, also closed ones, and of which
// something came since a time.
func (d *Dissector) LinksSince(t int64, f func(*signaling.Link)) {
	for _, x := range d.flows.all {
		if x.told && x.last >= t {
			f(&x.link)
		}
	}
	for _, x := range d.ipsec {
		if x.last >= t {
			f(&x.link)
		}
	}
}

// held is the octets that pieces of messages take in a flow.
func (f *flow) held() (n int) {
	for i := range f.half {
		h := &f.half[i]
		n += h.sctp.Held() + h.tcp.Held() + cap(h.buf)
	}
	return n
}

// relieve adds up what the flows hold and, when that is too much, drops it from
// the flows silent for longest.
func (d *Dissector) relieve() {
	total := 0
	for _, f := range d.flows.all {
		total += f.held()
	}
	if total > maxHeld/2 {
		byAge := slices.Clone(d.flows.all)
		slices.SortFunc(byAge, func(a, b *flow) int { return cmp.Compare(a.last, b.last) })
		for _, f := range byAge {
			if total <= maxHeld/4 {
				break
			}
			total -= f.held()
			for i := range f.half {
				h := &f.half[i]
				h.sctp.Drop(&d.sctpC)
				h.tcp.Drop(&d.tcpC)
				if len(h.buf) > 0 {
					d.problem(LayerDiameter, Gave)
				}
				h.synced, h.buf, h.need = false, nil, 0
			}
		}
	}
	d.held, d.sctpC.Grown = total, 0
}

// use binds a path to an announced direction and begins its numbering.
func (t *flows) use(k *pathKey, pr promise) *path {
	h := pr.half
	if h.vtag != k.vtag {
		h.vtag = k.vtag
		if pr.hasTSN {
			h.sctp.Start(pr.initialTSN)
		} else {
			h.sctp.Renumber()
		}
	}
	pr.hasTSN = false
	t.promise(tagKey{k.vtag, k.ports}, pr)
	return t.bind(k, h)
}

// promise notes which direction a tag will mean. A flood of INITs must not grow
// the table: at the bound, tags that nobody used go.
func (t *flows) promise(k tagKey, pr promise) {
	if len(t.tags) >= maxPaths {
		for k, p := range t.tags {
			if p.half.vtag != k.vtag {
				delete(t.tags, k)
			}
		}
		if len(t.tags) >= maxPaths/2 {
			clear(t.tags)
		}
	}
	t.tags[k] = pr
}
