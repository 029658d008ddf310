// Package cases makes the captures of testdata that hold one fault each: what
// other decoders of signaling were found to read wrong, and lengths that lie; those
// of links and of tools that put something of their own around messages; and those
// that hold every operation of a protocol.
//
// Each case is a function over a maker, which numbers messages, associations and
// time, so that a case says only what is odd in it. The octets that break a rule
// are written by hand, octet by octet; all others come from package synth. The
// same program makes the same octets everywhere.
package cases

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// Case is one capture, in the folder of testdata that has its name.
type Case struct {
	Name  string
	Holds string // what it is, in one line
	// Faulty lists the frames, from 1, in which tshark finds a fault. It is to find
	// none in all others.
	Faulty []int
	// Options are preferences that tshark needs to read the case; they stand in its
	// tshark-options.txt, one a line.
	Options []string
	Links   []int // link types of the interfaces; Ethernet alone when empty
	make    func(*maker)
}

// All lists the cases by name.
func All() []Case {
	all := slices.Concat(chunkCases, flowCases, sigtranCases, sccpCases, tcapCases, diameterCases, hostileCases, linkCases, nationalCases, protectionCases, operationCases, trustCases, roamingCases)
	slices.SortFunc(all, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// start is the time before the first frame.
var start = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// Write writes the capture, a pcapng file.
func (c *Case) Write(w io.Writer) error {
	m := newMaker()
	if m.links = c.Links; len(m.links) == 0 {
		m.links = []int{linkEthernet}
	}
	c.make(m)
	intf := func(link int) pcapgo.NgInterface {
		return pcapgo.NgInterface{LinkType: layers.LinkType(link), TimestampResolution: 9, SnapLength: 262144}
	}
	out, err := pcapgo.NewNgWriterInterface(w, intf(m.links[0]), pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "sigtransit synth"}})
	if err != nil {
		return err
	}
	for _, link := range m.links[1:] {
		if _, err := out.AddInterface(intf(link)); err != nil {
			return err
		}
	}
	at := start
	for _, f := range m.frames {
		at = at.Add(time.Millisecond + f.wait)
		ci := gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(f.data), Length: max(len(f.data), f.wire), InterfaceIndex: slices.Index(m.links, f.link)}
		if f.untimed {
			ci.Timestamp = time.Unix(0, 0)
		}
		if err := out.WritePacket(ci, f.data); err != nil {
			return err
		}
	}
	return out.Flush()
}
