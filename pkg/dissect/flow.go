package dissect

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"sigtransit/pkg/capture"
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
	good    uint32 // packets with a right checksum
	bad     uint32
	tries   uint8 // payloads that matched no content
	told    bool  // the handler knows of the flow
	closed  bool
}

// half is one direction of a flow.
type half struct {
	flow *flow
	from uint8 // the end of the link that sends
	vtag uint32
	sctp reassembly.SCTP
	tcp  reassembly.TCP
	// initialTSN stood in an INIT of this end; it takes effect with the tag that
	// the INIT ACK settles (RFC 9260 5.1, 5.2).
	initialTSN    uint32
	hasInitialTSN bool

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

func (k *pathKey) hash() uint64 {
	h := binary.LittleEndian.Uint64(k.src[8:]) ^ binary.LittleEndian.Uint64(k.src[:8])*0x9e3779b97f4a7c15
	h = (h ^ h>>31) * 0xd6e8feb86659fd93
	h ^= binary.LittleEndian.Uint64(k.dst[8:]) ^ binary.LittleEndian.Uint64(k.dst[:8])*0xff51afd7ed558ccd
	h = (h ^ h>>31) * 0x9e3779b97f4a7c15
	h ^= uint64(k.ports)<<32 | uint64(k.vtag)
	h = (h ^ h>>29) * 0xd6e8feb86659fd93
	return h ^ h>>32
}

// paths is an open-addressing table from path to half.
type paths struct {
	slots []struct {
		hash uint64
		half *half
		key  pathKey
	}
	used int
}

func (p *paths) find(k *pathKey, h uint64) *half {
	if len(p.slots) == 0 {
		return nil
	}
	mask := uint64(len(p.slots) - 1)
	for i := h & mask; p.slots[i].half != nil; i = (i + 1) & mask {
		if p.slots[i].hash == h && p.slots[i].key == *k {
			return p.slots[i].half
		}
	}
	return nil
}

func (p *paths) put(k *pathKey, h uint64, x *half) {
	if 4*(p.used+1) > 3*len(p.slots) {
		old := p.slots
		p.slots = make([]struct {
			hash uint64
			half *half
			key  pathKey
		}, max(64, 2*len(old)))
		p.used = 0
		for i := range old {
			if old[i].half != nil {
				p.put(&old[i].key, old[i].hash, old[i].half)
			}
		}
	}
	mask := uint64(len(p.slots) - 1)
	i := h & mask
	for p.slots[i].half != nil {
		if p.slots[i].hash == h && p.slots[i].key == *k {
			p.slots[i].half = x
			return
		}
		i = (i + 1) & mask
	}
	p.slots[i].hash, p.slots[i].key, p.slots[i].half = h, *k, x
	p.used++
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
	id    uint64

	// one path is remembered: packets come in runs
	lastKey  pathKey
	lastHalf *half

	evicted uint64
}

// find is the direction a path belongs to; nil when it is new.
func (t *flows) find(k *pathKey) *half {
	if t.lastHalf != nil && t.lastKey == *k {
		return t.lastHalf
	}
	h := t.paths.find(k, k.hash())
	if h != nil {
		t.lastKey, t.lastHalf = *k, h
	}
	return h
}

func (t *flows) bind(k *pathKey, h *half) {
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
	t.paths.put(k, k.hash(), h)
	pk := pair{k.src, k.dst, k.ports, k.proto}
	t.pairs[pk] = h
	t.pairs[pk.reverse()] = &h.flow.half[1-h.from]
	h.flow.learn(h.from, netip.AddrFrom16(k.src).Unmap())
	h.flow.learn(1-h.from, netip.AddrFrom16(k.dst).Unmap())
	t.lastHalf = nil
}

// open makes a flow whose end 0 is the source of k.
func (t *flows) open(now int64, k *pathKey, tr signaling.Transport) *flow {
	if len(t.all) >= maxFlows {
		t.sweep(now)
	}
	t.id++
	f := &flow{last: now}
	f.link = signaling.Link{ID: t.id, Transport: tr, Version: 1}
	f.link.Ends[0].Port, f.link.Ends[1].Port = uint16(k.ports>>16), uint16(k.ports)
	f.half[0] = half{flow: f, from: 0}
	f.half[1] = half{flow: f, from: 1}
	t.all = append(t.all, f)
	return f
}

// tcp is the direction of a TCP segment; nil when the connection is not known.
func (t *flows) tcp(k *pathKey) *half {
	if h := t.find(k); h != nil {
		return h
	}
	if h := t.pairs[pair{k.src, k.dst, k.ports, k.proto}]; h != nil {
		t.bind(k, h)
		return h
	}
	return nil
}

// learn adds an address to an end of the link.
func (f *flow) learn(end uint8, a netip.Addr) {
	e := &f.link.Ends[end]
	if len(e.Addrs) < maxEndAddrs && !slices.Contains(e.Addrs, a) {
		e.Addrs = append(e.Addrs, a)
		f.link.Version++
	}
}

// name sets the Diameter identity of an end.
func (f *flow) name(end uint8, host, realm []byte) {
	e := &f.link.Ends[end]
	if len(host) == 0 || len(host) > 255 || len(realm) > 255 {
		return
	}
	if e.Host != string(host) || e.Realm != string(realm) {
		e.Host, e.Realm = string(host), string(realm)
		f.link.Version++
	}
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
	t.all = slices.DeleteFunc(t.all, func(f *flow) bool { return !keep(f) })
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
	t.lastHalf = nil
}

// sctp is the direction of an SCTP packet. A path that is new may be another
// path of a known association: the tag tells, if an address or the TSN agrees.
func (t *flows) sctp(now int64, p *capture.Packet, ports, vtag, tsn uint32, hasTSN bool) *half {
	k := pathKey{src: p.Src, dst: p.Dst, ports: ports, vtag: vtag, proto: p.Protocol}
	if h := t.find(&k); h != nil {
		return h
	}
	if pr, ok := t.tags[tagKey{vtag, ports}]; ok && vtag != 0 {
		f := pr.half.flow
		src, dst := p.SrcAddr(), p.DstAddr()
		known := slices.Contains(f.link.Ends[pr.half.from].Addrs, src) || slices.Contains(f.link.Ends[1-pr.half.from].Addrs, dst)
		if known || (hasTSN && pr.half.sctp.Expects(tsn)) {
			t.use(&k, pr)
			return pr.half
		}
	}
	if h := t.pairs[pair{k.src, k.dst, k.ports, k.proto}]; h != nil {
		// Known ends, another tag: INIT (tag 0), an ABORT that reflects the tag of
		// its receiver (RFC 9260 8.5.1), the first packet of a direction whose INIT
		// is not in the capture, or an association that restarted unseen.
		if hasTSN && vtag != h.vtag {
			if h.vtag != 0 && !h.sctp.Expects(tsn) {
				h.sctp.Renumber()
			}
			h.vtag = vtag
			t.promise(tagKey{vtag, ports}, promise{half: h})
		}
		t.bind(&k, h)
		return h
	}
	f := t.open(now, &k, signaling.SCTP)
	t.bind(&k, &f.half[0])
	if vtag != 0 {
		f.half[0].vtag = vtag
		t.promise(tagKey{vtag, ports}, promise{half: &f.half[0]})
	}
	return &f.half[0]
}

// use binds a path to an announced direction and begins its numbering.
func (t *flows) use(k *pathKey, pr promise) {
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
	t.bind(k, h)
	t.promise(tagKey{k.vtag, k.ports}, pr)
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
