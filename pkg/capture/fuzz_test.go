package capture

import (
	"encoding/binary"
	"testing"
)

func FuzzPeel(f *testing.F) {
	for _, tc := range peelCases {
		if len(tc.data) < 1000 {
			f.Add(uint16(tc.link), tc.data, tc.length)
		}
	}
	f.Fuzz(func(t *testing.T, link uint16, data []byte, length int) {
		var p Peeler
		fr := Frame{LinkType: LinkType(link), Length: length, Data: data}
		checkPeel(t, &p, &fr)
		checkPeel(t, &p, &fr) // again with layers that hold something
	})
}

func FuzzReadPcap(f *testing.F) {
	o := binary.BigEndian
	f.Add(golden()["pcap"])
	f.Add(gz(golden()["pcap"]))
	f.Add(join(pcapHeader(o, magicNano, 2, 4, 20, 113), pcapRecord(o, 1, 2, 3, 4, []byte("abc")), pcapRecord(o, 1, 2, 0xFFFFFFFF, 4, nil)))
	f.Add(join(pcapHeader(o, magicModified, 2, 3, 20, 101), pcapRecord(o, 1, 2, 30, 4, frameEthernetIPv4)))
	f.Fuzz(func(t *testing.T, b []byte) { checkAnyFile(t, b) })
}

func FuzzReadPcapng(f *testing.F) {
	o := binary.BigEndian
	f.Add(golden()["pcapng"])
	f.Add(zst(golden()["pcapng"]))
	f.Add(join(sectionBlock(o, 1, 0), interfaceDesc(o, 101, 20, option(o, optTSResol, []byte{0xBF}), option(o, optTSOffset, make([]byte, 8))),
		enhanced(o, 0, 1<<63, 4, []byte("abc")), block(o, blockSPB, frameARP), block(o, blockPB, frameEthernetIPv4)))
	f.Fuzz(func(t *testing.T, b []byte) { checkAnyFile(t, b) })
}
