package diameter

import (
	"bytes"
	"testing"

	"sigtransit/decoders/internal/octets"
)

func seeds(f *testing.F) {
	for _, b := range [][]byte{
		goldenULR(), goldenAIA(), goldenDWR(), goldenULR()[:300],
		message(0x80, 257, 0, ietf(264, str("a.example")), ietf(257, octets.Hex("0001c0000201")), ietf(257, octets.Hex("c0000201")), ietf(299, u32(1))),
		message(0xc0, 8388645, appSGd, tgpp(3300, octets.Hex("89674523")), tgpp(3301, octets.Hex("0100")), tgpp(3102, ietf(1, str("001010123456789")))),
		message(0x40, 303, appCx, tgpp(612, tgpp(609, make([]byte, 32)), tgpp(635, ietf(121, str("x")))), tgpp(600, str("mnc001.mcc001.3gppnetwork.org"))),
		message(0x80, 272, 4, ietf(443, ietf(450, u32(2)), ietf(444, str("sip:001010123456789@ims.mnc001.mcc001.3gppnetwork.org"))), ietf(458, ietf(459, u32(0)), ietf(460, make([]byte, 8)))),
		message(0x40, 316, appS6a, tgpp(1400, tgpp(1429, tgpp(1430, ietf(486, ietf(334, octets.Hex("0001c0000201")), ietf(348, ietf(293, str("pgw.example")))))), tgpp(1643, octets.Hex("8967"))), ietf(1407, octets.Hex("00f110"))),
		message(0x40, 302, appCx, tgpp(602, str("sip:a@scscf.example:5060;x")), tgpp(2401, tgpp(2402, str("mme.example")), tgpp(2403, octets.Hex("8967"))), tgpp(6, octets.Hex("c0000201"))),
		message(0x40, 316, appS6a, gsma(1000, gsma(1003, str("epc.example")), gsma(1004, u32(1))), gsma(1100, str("x"))),
		message(0x40, 316, appS6a, rawAVP(11, 0xc0, vendorTest, rawAVP(6, 0xc0, vendorTest, str("mme.example")))),
		message(0x40, 316, appS6a, ietf(297, ietf(266, u32(10415)), ietf(298, u32(5001))), ietf(1, str("realm!0001010123456789@nai.epc.x"))),
	} {
		f.Add(b)
	}
}

// FuzzDecode holds Decode and the accessors to what they promise for any input.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var m, again Message
		in := bytes.Clone(b)
		err := m.Decode(b)
		exercise(&again, goldenULR())
		if again.Decode(b) != err {
			t.Error("another error the second time")
		}
		if !bytes.Equal(in, b) {
			t.Fatal("the input was written to")
		}
		if m.Set != again.Set || m.Faults != again.Faults || m.FaultOffset != again.FaultOffset || m.NumRouteRecords != again.NumRouteRecords ||
			m.IMSI != again.IMSI || m.MSISDN != again.MSISDN || m.IMEI != again.IMEI || m.SCAddress != again.SCAddress || m.VisitedPLMN != again.VisitedPLMN ||
			m.ResultCode != again.ResultCode || !bytes.Equal(m.OriginHost, again.OriginHost) || !bytes.Equal(m.SessionID, again.SessionID) {
			t.Errorf("a used Message gives something else:\n%+v\n%+v", again, m)
		}
		if (err == ErrTruncated) != (m.Faults&FaultTruncated != 0) {
			t.Errorf("error %v, faults %#x", err, m.Faults)
		}
		if m.Set&FieldIMSI != 0 && (m.IMSI.Len() < 6 || m.IMSI.Len() > 15) {
			t.Errorf("IMSI %v", m.IMSI)
		}
		if (m.Set&FieldVectors != 0) != (m.VectorCount > 0) || (m.Set&FieldVisitedPLMN != 0) == m.VisitedPLMN.IsZero() ||
			(m.Set&FieldMSISDN != 0) != (m.MSISDN.Len() > 0) || (m.Set&FieldIMEI != 0) != (m.IMEI.Len() > 0) || (m.Set&FieldSCAddress != 0) != (m.SCAddress.Len() > 0) {
			t.Errorf("Set %#x does not tell what is there: %+v", m.Set, m)
		}
		sum := 0
		for _, n := range m.Vectors {
			sum += int(n)
		}
		if sum != int(m.VectorCount) || (m.Set&FieldEncrypted != 0) != (m.NumEncrypted > 0) || m.Signer != nil && m.Set&FieldSignature == 0 || m.NumNodes < len(m.Nodes()) {
			t.Errorf("%d vectors of %v, %d encrypted, signer %q, %d nodes: set %#x", m.VectorCount, m.Vectors, m.NumEncrypted, m.Signer, m.NumNodes, m.Set)
		}
		for _, n := range m.Nodes() {
			forms := 0
			for _, is := range []bool{n.GT.Len() > 0, len(n.Name) > 0, n.Addr.IsValid()} {
				if is {
					forms++
				}
			}
			if forms != 1 || n.Role == NodeNone || n.Role >= NumNodeRoles || n.AVP == "" || len(n.Name) != cap(n.Name) || n.Role.serving() && m.Set&FieldServingNode == 0 {
				t.Errorf("node %+v", n)
			}
		}
		compareWays(t, b)
		with := Message{Dictionary: testDictionary()}
		if with.Decode(b) != err || with.NumRouteRecords != m.NumRouteRecords || !bytes.Equal(with.OriginHost, m.OriginHost) {
			t.Error("a dictionary changes what it must not")
		}
		if m.FaultOffset < 0 || m.FaultOffset > len(b) || m.FaultOffset != 0 && m.FaultOffset < HeaderLen {
			t.Errorf("fault at octet %d of %d", m.FaultOffset, len(b))
		}
		for _, s := range append(append(m.RouteRecords(), m.ProxyHosts()...), m.SessionID, m.OriginHost, m.OriginRealm, m.DestinationHost, m.DestinationRealm, m.UserName) {
			if len(s) != cap(s) {
				t.Errorf("%q may grow into its neighbour", s)
			}
		}
		// What looks valid for the whole looks valid for each part.
		if HeaderLooksValid(b) {
			for n := 1; n < min(len(b), 40); n++ {
				if !HeaderLooksValid(b[:n]) {
					t.Errorf("valid as a whole, but not its first %d octets", n)
				}
			}
			if err == ErrVersion || err == ErrLength {
				t.Errorf("looks valid, but %v", err)
			}
		}
		if a, ok := ParseAddress(b); ok && a.IsValid() && len(b) != 2+a.BitLen()/8 {
			t.Errorf("address %v of %d octets", a, len(b))
		}
	})
}

// FuzzAgainstGoDiameter compares with the decoder of go-diameter whatever both
// can read.
func FuzzAgainstGoDiameter(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) { compareWithGoDiameter(t, b) })
}
