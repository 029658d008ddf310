package dialogue

import (
	"math"
	"testing"

	"sigtransit/decoders/sccp"
	"sigtransit/decoders/tcap"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/signaling"
)

func party(gt string, pc telecom.PointCode) Party {
	return PartyOf(&sccp.Address{GT: telecom.MustDigits(gt), SSN: 6}, pc)
}

func tid(v uint32) tcap.TransactionID { return tcap.TransactionID{Value: v, Len: 4} }

func message(kind tcap.MessageType, otid, dtid uint32) *tcap.Message {
	m := &tcap.Message{Type: kind}
	if otid != 0 {
		m.OTID = tid(otid)
	}
	if dtid != 0 {
		m.DTID = tid(dtid)
	}
	return m
}

var (
	vlr = party("99901000001", 1)
	hlr = party("99902000001", 2)
)

func TestTransaction(t *testing.T) {
	d := NewTCAP()
	tr, side, dup := d.Match(0, message(tcap.Begin, 1, 0), vlr, hlr, 1, []byte("begin"))
	if tr == nil || side != 0 || dup {
		t.Fatalf("begin: %v side %d dup %v", tr, side, dup)
	}
	ul, isd := signaling.MAPOperation(2), signaling.MAPOperation(7)
	tr.Invoked(0, 1, ul)
	tr.Memory.IMSI = telecom.MustDigits("001011234567890")
	d.Release(tr)

	tr, side, _ = d.Match(1, message(tcap.Continue, 9, 1), hlr, vlr, 1, []byte("continue"))
	if tr == nil || side != 1 || tr.Memory.IMSI.Len() != 15 {
		t.Fatalf("continue: side %d", side)
	}
	tr.Invoked(1, 1, isd) // the same invoke id, of the other side
	d.Release(tr)

	tr, side, _ = d.Match(2, message(tcap.Continue, 1, 9), vlr, hlr, 1, []byte("answer"))
	if tr == nil || side != 0 {
		t.Fatalf("answer: side %d", side)
	}
	if got := tr.Answered(side, 1); got != isd {
		t.Errorf("the result of side 0 answers %v, want %v", got, isd)
	}
	d.Release(tr)

	tr, side, _ = d.Match(3, message(tcap.End, 0, 1), hlr, vlr, 1, []byte("end"))
	if got := tr.Answered(side, 1); got != ul {
		t.Errorf("the result of side 1 answers %v, want %v", got, ul)
	}
	d.Release(tr)
	if d.Len() != 0 || d.Counters.Closed != 1 {
		t.Errorf("%d transactions left, %d closed", d.Len(), d.Counters.Closed)
	}
}

// TestTransactionsWithOneID: two nodes use the same transaction id at a time.
func TestTransactionsWithOneID(t *testing.T) {
	d := NewTCAP()
	other := party("99901000002", 3)
	a, _, _ := d.Match(0, message(tcap.Begin, 1, 0), vlr, hlr, 1, []byte("from one"))
	a.Invoked(0, 1, signaling.MAPOperation(2))
	d.Release(a)
	b, _, _ := d.Match(0, message(tcap.Begin, 1, 0), other, hlr, 1, []byte("from the other"))
	b.Invoked(0, 1, signaling.MAPOperation(56))
	d.Release(b)
	e, side, _ := d.Match(1, message(tcap.End, 0, 1), hlr, other, 1, []byte("to the other"))
	if got := e.Answered(side, 1); got != signaling.MAPOperation(56) {
		t.Errorf("answer to the second node took %v", got)
	}
	d.Release(e)
	if e, _, _ := d.Match(1, message(tcap.End, 0, 1), hlr, party("99909999999", 77), 1, []byte("to a third")); e != nil {
		t.Error("an end to a node that began nothing found a transaction")
	}
	if d.Counters.Unmatched != 1 {
		t.Errorf("%d unmatched", d.Counters.Unmatched)
	}
}

// TestTransactionsBehindOnePoint: nodes that share a transit point's code use one id.
func TestTransactionsBehindOnePoint(t *testing.T) {
	d := NewTCAP()
	nodes := []Party{party("99901000002", 3), party("99901000003", 3), party("99901000004", 3)}
	for i, p := range nodes {
		tr, _, _ := d.Match(0, message(tcap.Begin, 1, 0), p, hlr, 1, []byte{byte(i), 0, 0, 0, 0, 0, 0, 0})
		tr.Invoked(0, 1, signaling.MAPOperation(int32(2+i)))
		d.Release(tr)
	}
	for _, i := range []int{2, 0, 1} {
		tr, side, _ := d.Match(1, message(tcap.End, 0, 1), hlr, nodes[i], 1, []byte{byte(i), 1, 0, 0, 0, 0, 0, 0})
		if tr == nil {
			t.Fatalf("node %d: no transaction", i)
		}
		if got := tr.Answered(side, 1); got != signaling.MAPOperation(int32(2+i)) {
			t.Errorf("answer to node %d took %v", i, got)
		}
		d.Release(tr)
	}
	if d.Len() != 0 {
		t.Errorf("%d transactions left", d.Len())
	}
	// One of them begins anew with an id that it still uses: its own is over alone.
	for _, p := range nodes {
		tr, _, _ := d.Match(2, message(tcap.Begin, 2, 0), p, hlr, 1, []byte("begin"))
		d.Release(tr)
	}
	tr, _, _ := d.Match(3, message(tcap.Begin, 2, 0), nodes[0], hlr, 1, []byte("begin anew"))
	d.Release(tr)
	if d.Len() != 3 {
		t.Errorf("%d transactions, want 3", d.Len())
	}
}

// TestTransactionLoop: transit points hand a begin round, on one link.
func TestTransactionLoop(t *testing.T) {
	d := NewTCAP()
	for i, pc := range []uint32{100, 200, 300} {
		from := vlr
		from.net = pc<<8 | 7
		tr, _, dup := d.Match(int64(i), message(tcap.Begin, 1, 0), from, hlr, 1, []byte("a begin that goes round"))
		if dup != (i > 0) {
			t.Errorf("round %d: duplicate %v", i, dup)
		}
		d.Release(tr)
	}
	if d.Len() != 1 {
		t.Errorf("%d transactions, want 1", d.Len())
	}
}

// TestTransactionAcrossTranslation: the STP rewrites the called title and point
// codes; the calling title stays.
func TestTransactionAcrossTranslation(t *testing.T) {
	d := NewTCAP()
	tr, _, _ := d.Match(0, message(tcap.Begin, 1, 0), vlr, hlr, 1, []byte("begin"))
	d.Release(tr)
	back := vlr
	back.net = 500<<8 | 6
	tr, side, _ := d.Match(1, message(tcap.End, 0, 1), party("99902999999", 600), back, 1, []byte("end"))
	if tr == nil || side != 1 {
		t.Error("the title alone does not find the transaction")
	}
}

func TestTransactionMirroredTwice(t *testing.T) {
	d := NewTCAP()
	see := func(now int64, link uint64, m *tcap.Message, from, to Party, b string) bool {
		tr, _, dup := d.Match(now, m, from, to, link, []byte(b))
		if tr == nil {
			t.Fatalf("%s: no transaction", b)
		}
		d.Release(tr)
		return dup
	}
	for i, want := range []bool{false, true} {
		if got := see(int64(i), uint64(i), message(tcap.Begin, 1, 0), vlr, hlr, "a begin of some length"); got != want {
			t.Errorf("begin, sight %d: duplicate %v", i+1, got)
		}
	}
	for i, want := range []bool{false, true} {
		if got := see(int64(10+i), uint64(i), message(tcap.End, 0, 1), hlr, vlr, "an end of some length"); got != want {
			t.Errorf("end, sight %d: duplicate %v", i+1, got)
		}
	}
	// The ended one goes when the time of copies is over.
	see(tcapLinger+second, 0, message(tcap.Begin, 2, 0), vlr, hlr, "another begin of some length")
	if d.Len() != 1 {
		t.Errorf("%d transactions, want the new one alone", d.Len())
	}
	// Long after, the same octets are a new transaction.
	if see(60*second, 1, message(tcap.Begin, 2, 0), vlr, hlr, "another begin of some length") {
		t.Error("a begin of a minute later was taken for a copy")
	}
	// And on the same link they are another message at any time.
	for range 3 {
		if see(61*second, 1, message(tcap.Begin, 3, 0), vlr, hlr, "asked again and again") {
			t.Error("a repeated question on one link was taken for a mirrored copy")
		}
	}
}

// TestTransactionMirroredInFlight: an end sends several messages in a row, and each is seen
// again when others have passed, or the dialogue is over.
func TestTransactionMirroredInFlight(t *testing.T) {
	for name, d := range map[string]*TCAP{"alone": NewTCAP(), "in a group": NewTCAPGroup(2, nil)[0]} {
		bound := copyWays // a group keeps what comes under one id together
		if d.group == nil {
			bound = 5
		}
		see := func(link uint64, m *tcap.Message, from, to Party, b string, want bool) {
			t.Helper()
			tr, _, dup := d.Match(int64(link), m, from, to, link, []byte(b))
			if tr == nil || dup != want {
				t.Errorf("%s: %q on link %d: duplicate %v", name, b, link, dup)
			}
			d.Release(tr)
		}
		for link := range uint64(2) {
			see(link, message(tcap.Begin, 1, 0), vlr, hlr, "begin", link > 0)
		}
		parts := []string{"first part", "second part", "third part", "fourth part", "fifth part"}[:bound]
		for link := range uint64(3) { // the third: another tap of the same
			for _, b := range parts {
				see(link, message(tcap.Continue, 2, 1), hlr, vlr, b, link > 0)
			}
		}
		see(0, message(tcap.Continue, 2, 1), hlr, vlr, parts[0], false) // said again, where it was said first
		for link := range uint64(2) {
			for _, b := range parts[:2] {
				see(link, message(tcap.Continue, 1, 2), vlr, hlr, b, link > 0)
			}
			see(link, message(tcap.End, 0, 1), hlr, vlr, "end", link > 0)
		}
		if n := uint64(1 + 2*bound + 2 + 1); d.Counters.Duplicates != n {
			t.Errorf("%s: %d duplicates, want %d", name, d.Counters.Duplicates, n)
		}
	}
}

// TestTransactionMirroredFarLinks: the numbers of the links of a mirror are nothing to it.
func TestTransactionMirroredFarLinks(t *testing.T) {
	for _, apart := range []uint64{1, 255, 256, 512, 1 << 16, 1 << 20, 1 << 32, 1 << 40} {
		d := NewTCAP()
		for link := range uint64(2) {
			tr, _, dup := d.Match(int64(link), message(tcap.Begin, 1, 0), vlr, hlr, 7+link*apart, []byte("a begin of some length"))
			if dup != (link > 0) {
				t.Errorf("links %d apart, sight %d: duplicate %v", apart, link+1, dup)
			}
			d.Release(tr)
		}
	}
}

func TestTransactionsBounded(t *testing.T) {
	d := NewTCAP()
	for i := uint32(1); i < MaxTransactions+1000; i++ {
		tr, _, _ := d.Match(int64(i), message(tcap.Begin, i, 0), vlr, hlr, 1, []byte("half open"))
		d.Release(tr)
	}
	if d.Len() != MaxTransactions || d.Counters.Evicted != 999 {
		t.Errorf("%d transactions, %d evicted", d.Len(), d.Counters.Evicted)
	}
	before := d.Len()
	tr, _, _ := d.Match(2*tcapIdle, message(tcap.Begin, 1, 0), vlr, hlr, 1, []byte("later"))
	d.Release(tr)
	if d.Counters.Expired == 0 || d.Len() > before {
		t.Errorf("%d expired, %d left", d.Counters.Expired, d.Len())
	}
}

func TestMidCapture(t *testing.T) {
	d := NewTCAP()
	tr, side, _ := d.Match(0, message(tcap.Continue, 5, 6), vlr, hlr, 1, []byte("first seen"))
	if tr == nil {
		t.Fatal("a continue without its begin opens nothing")
	}
	tr.Invoked(side, 3, signaling.MAPOperation(44))
	d.Release(tr)
	tr, side, _ = d.Match(1, message(tcap.End, 0, 5), hlr, vlr, 1, []byte("end"))
	if tr == nil || tr.Answered(side, 3) != signaling.MAPOperation(44) {
		t.Error("the end does not find the invoke of the continue")
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	d := NewTCAP()
	begin, end := message(tcap.Begin, 1, 0), message(tcap.End, 0, 1)
	payload := make([]byte, 100)
	now := int64(0)
	run := func() {
		now += 10 * second
		tr, _, _ := d.Match(now, begin, vlr, hlr, 1, payload)
		d.Release(tr)
		tr, _, _ = d.Match(now, end, hlr, vlr, 1, payload)
		d.Release(tr)
	}
	run()
	if n := testing.AllocsPerRun(1000, run); n != 0 {
		t.Errorf("%v allocations a dialogue", n)
	}
	if d.Len() != 0 {
		t.Errorf("%d left", d.Len())
	}
	d.mirrored = math.MaxInt64
	run()
	run()
	if n := testing.AllocsPerRun(1000, run); n != 0 {
		t.Errorf("%v allocations a dialogue where messages are seen twice", n)
	}
}

func TestDiameter(t *testing.T) {
	d := NewDiameter()
	ulr := signaling.DiameterOperation(16777251, 316)
	k := RequestKey{Link: 1, HopByHop: 10, EndToEnd: 20}
	mem, again, _ := d.Request(0, k, ulr, 0)
	mem.IMSI = telecom.MustDigits("001011234567890")
	if again {
		t.Error("the first request is a repetition")
	}
	if _, again, _ = d.Request(1, k, ulr, 0); !again {
		t.Error("a retransmission opened another entry")
	}
	for name, wrong := range map[string]RequestKey{
		"link": {Link: 2, HopByHop: 10, EndToEnd: 20}, "hop-by-hop": {Link: 1, HopByHop: 11, EndToEnd: 20},
		"end-to-end": {Link: 1, HopByHop: 10, EndToEnd: 21}, "end": {Link: 1, HopByHop: 10, EndToEnd: 20, From: 1},
	} {
		if mem, _, _ := d.Answer(2, wrong); mem != nil {
			t.Errorf("an answer with another %s found the request", name)
		}
	}
	mem, op, _ := d.Answer(3, k)
	if mem == nil || op != ulr || mem.IMSI.Len() != 15 {
		t.Fatal("the answer does not find its request")
	}
	if mem, _, _ = d.Answer(4, k); mem != nil || d.Len() != 0 {
		t.Error("a request was answered twice")
	}
}

func TestDiameterBounded(t *testing.T) {
	d := NewDiameter()
	for i := 0; i < MaxRequests+1000; i++ {
		d.Request(int64(i), RequestKey{HopByHop: uint32(i)}, 0, 0)
	}
	if d.Len() != MaxRequests || d.Counters.Evicted != 1000 {
		t.Errorf("%d requests, %d evicted", d.Len(), d.Counters.Evicted)
	}
	d.Request(2*requestIdle, RequestKey{HopByHop: 1 << 31}, 0, 0)
	if d.Counters.Expired == 0 {
		t.Error("nothing expired")
	}
}

func BenchmarkDialogue(b *testing.B) {
	for name, mirrored := range map[string]int64{"plain": math.MinInt64, "mirrored": math.MaxInt64} {
		b.Run(name, func(b *testing.B) {
			d := NewTCAP()
			d.mirrored = mirrored
			benchmarkDialogue(b, d)
		})
	}
}

func benchmarkDialogue(b *testing.B, d *TCAP) {
	begin, end := message(tcap.Begin, 1, 0), message(tcap.End, 0, 1)
	payload := make([]byte, 120)
	const open, apart = 4000, second / 1000 // dialogues at a time, one after the other
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		now := int64(i) * apart
		begin.OTID.Value = uint32(i)
		payload[60], payload[61] = byte(i), byte(i>>8)
		tr, _, _ := d.Match(now, begin, vlr, hlr, 1, payload)
		d.Release(tr)
		if i >= open {
			end.DTID.Value = uint32(i - open)
			tr, _, _ = d.Match(now, end, hlr, vlr, 1, payload)
			d.Release(tr)
		}
	}
}

// TestInvokesOfOneSide: one side invokes several operations; the answers come in
// another order, and more are outstanding than are remembered.
func TestInvokesOfOneSide(t *testing.T) {
	d := NewTCAP()
	tr, _, _ := d.Match(0, message(tcap.Begin, 1, 0), vlr, hlr, 1, []byte("begin"))
	ops := []int32{2, 7, 56, 45, 44, 67, 70, 71, 23, 3}
	for i, op := range ops {
		tr.Invoked(0, int16(i), signaling.MAPOperation(op))
	}
	for i := len(ops) - 1; i >= 0; i-- {
		want := signaling.MAPOperation(ops[i])
		if i < len(ops)-maxInvokes {
			want = 0
		}
		if got := tr.Answered(1, int16(i)); got != want {
			t.Errorf("answer to invoke %d belongs to %v, want %v", i, got, want)
		}
	}
	if got := tr.Answered(0, 3); got != 0 {
		t.Errorf("the side that invoked nothing is answered by %v", got)
	}
	many, _, _ := d.Match(0, message(tcap.Begin, 2, 0), vlr, hlr, 1, []byte("begin of many"))
	for i := range int16(100) {
		many.Invoked(0, i, signaling.MAPOperation(7))
	}
	if got := many.Answered(1, 0); got != signaling.MAPOperation(7) {
		t.Errorf("the first of a hundred equal invokes is answered by %v", got)
	}
}
