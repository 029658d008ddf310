package synth_test

import (
	"bytes"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sigtransit/decoders/telecom"
	. "sigtransit/pkg/synth"
)

// tshark runs the reference dissector over a capture and returns its lines. It
// skips the test where tshark is missing, but not in continuous integration:
// there a missing reference is a failure.
func tshark(t *testing.T, file string, args ...string) []string {
	t.Helper()
	bin, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is not installed: the encoders cannot be held to their reference")
		}
		t.Skip("tshark is not installed: the encoders cannot be held to their reference")
	}
	// All checksums are judged; nothing of a personal profile is used.
	cmd := exec.Command(bin, append([]string{"-n", "-r", file,
		"-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
		"-o", "sctp.checksum:TRUE", "-o", "sctp.reassembly:TRUE"}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark %v: %v: %s", args, err, stderr.String())
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
}

// faults is what no frame of a clean capture may match.
const faults = "_ws.malformed || _ws.unreassembled || _ws.expert.severity == 0x00800000 || " +
	"ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || sctp.checksum.status == 0"

func checkClean(t *testing.T, file string) {
	t.Helper()
	for _, line := range tshark(t, file, "-Y", faults, "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Protocol", "-e", "_ws.expert.message", "-e", "_ws.malformed") {
		t.Errorf("frame is faulty: %s", line)
	}
}

var (
	imsi   = telecom.MustDigits("001010000000001")
	imei   = telecom.MustDigits("99000000000001")
	home   = telecom.MustDigits("999010000001")
	far    = telecom.MustDigits("99970000002") // odd number of digits
	msisdn = International(telecom.MustDigits("9990155500001"))
	vlr    = International(telecom.MustDigits("99970000003"))
	msc    = International(telecom.MustDigits("99970000004"))
	sc     = International(telecom.MustDigits("999710000009"))
	plmn   = telecom.PLMN{MCC: 999, MNC: 70, Digits: 2}
	start  = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
)

// The MAP messages: what is sent, and what tshark must read in it.
type mapCase struct {
	name string
	tc   Transaction
	want string // codes of operations and errors, IMSI, ISDN digits, application context
}

func mapCases() []mapCase {
	r := NewRand(1)
	begin := func(c Context, v uint8, components []byte) Transaction {
		return Transaction{Type: TCBegin, OTID: TID(0x11), Dialogue: Request(c, v), Components: components}
	}
	end := func(c Context, v uint8, components []byte) Transaction {
		return Transaction{Type: TCEnd, DTID: TID(0x11), Dialogue: Accept(c, v), Components: components}
	}
	tpdu := AppendDeliver(nil, ShortMessage{Peer: telecom.MustDigits("9990155500002"), Text: "It is a test message", Sent: start})
	submit := AppendSubmit(nil, ShortMessage{Peer: telecom.MustDigits("9990155500002"), Text: "It is a test message"})
	const i, m = "001010000000001", "9990155500001"
	return []mapCase{
		{"updateLocation", begin(NetworkLocUp, 3, AppendInvoke(nil, 1, OpUpdateLocation, AppendUpdateLocation(nil, UpdateLocation{IMSI: imsi, MSC: msc, VLR: vlr, LMSI: []byte{1, 2, 3, 4}, IMEI: imei}))),
			"2|" + i + "|99970000004,99970000003|0.4.0.0.1.0.1.3"},
		{"updateLocation result", end(NetworkLocUp, 3, AppendResult(nil, 1, OpUpdateLocation, AppendHLRResult(nil, sc, 3))), "2||999710000009|0.4.0.0.1.0.1.3"},
		{"cancelLocation 3", begin(LocationCancel, 3, AppendInvoke(nil, 1, OpCancelLocation, AppendCancelLocation(nil, CancelLocation{IMSI: imsi, Version: 3, LMSI: []byte{1, 2, 3, 4}}))), "3|" + i + "||0.4.0.0.1.0.2.3"},
		{"cancelLocation 2", begin(LocationCancel, 2, AppendInvoke(nil, 1, OpCancelLocation, AppendCancelLocation(nil, CancelLocation{IMSI: imsi, Version: 2}))), "3|" + i + "||0.4.0.0.1.0.2.2"},
		{"cancelLocation result", end(LocationCancel, 3, AppendEmptyResult(nil, 1)), "|||0.4.0.0.1.0.2.3"},
		{"insertSubscriberData", begin(SubscriberDataMngt, 3, AppendInvoke(nil, 1, OpInsertSubscriberData, AppendInsertSubscriberData(nil, InsertSubscriberData{IMSI: imsi, MSISDN: msisdn, APN: "internet.example", Services: true}))),
			"7|" + i + "|" + m + "|0.4.0.0.1.0.16.3"},
		{"insertSubscriberData result", end(SubscriberDataMngt, 3, AppendResult(nil, 1, OpInsertSubscriberData, AppendInsertSubscriberDataResult(nil))), "7|||0.4.0.0.1.0.16.3"},
		{"sendParameters", Transaction{Type: TCBegin, OTID: TID(0x11), Components: AppendInvoke(nil, 1, OpSendParameters, AppendSendAuthenticationInfo(nil, SendAuthenticationInfo{IMSI: imsi, Version: 1}))}, "9|" + i + "||"},
		{"sendAuthenticationInfo 2", begin(InfoRetrieval, 2, AppendInvoke(nil, 1, OpSendAuthenticationInfo, AppendSendAuthenticationInfo(nil, SendAuthenticationInfo{IMSI: imsi, Version: 2}))), "56|" + i + "||0.4.0.0.1.0.14.2"},
		{"sendAuthenticationInfo 3", begin(InfoRetrieval, 3, AppendInvoke(nil, 1, OpSendAuthenticationInfo, AppendSendAuthenticationInfo(nil, SendAuthenticationInfo{IMSI: imsi, Vectors: 5, Node: NodeTypeVLR, PLMN: plmn, Version: 3}))),
			"56|" + i + "||0.4.0.0.1.0.14.3"},
		{"triplets 2", end(InfoRetrieval, 2, AppendResult(nil, 1, OpSendAuthenticationInfo, AppendSendAuthenticationInfoResult(nil, Vectors{Triplets: 3, Version: 2}, r))), "56|||0.4.0.0.1.0.14.2"},
		{"triplets 3", end(InfoRetrieval, 3, AppendResult(nil, 1, OpSendAuthenticationInfo, AppendSendAuthenticationInfoResult(nil, Vectors{Triplets: 3, Version: 3}, r))), "56|||0.4.0.0.1.0.14.3"},
		{"quintuplets", end(InfoRetrieval, 3, AppendResult(nil, 1, OpSendAuthenticationInfo, AppendSendAuthenticationInfoResult(nil, Vectors{Quintuplets: 2, Version: 3}, r))), "56|||0.4.0.0.1.0.14.3"},
		{"quintuplets and EPS vectors", end(InfoRetrieval, 3, AppendResult(nil, 1, OpSendAuthenticationInfo, AppendSendAuthenticationInfoResult(nil, Vectors{Quintuplets: 1, EPS: 1, Version: 3}, r))), "56|||0.4.0.0.1.0.14.3"},
		{"updateGprsLocation", begin(GprsLocationUpdate, 3, AppendInvoke(nil, 1, OpUpdateGprsLocation, AppendUpdateGprsLocation(nil, UpdateGprsLocation{IMSI: imsi, SGSN: vlr, Address: [4]byte{198, 51, 100, 7}}))), "23|" + i + "|99970000003|0.4.0.0.1.0.32.3"},
		{"purgeMS", begin(MSPurging, 3, AppendInvoke(nil, 1, OpPurgeMS, AppendPurgeMS(nil, PurgeMS{IMSI: imsi, VLR: vlr, SGSN: msc, Version: 3}))), "67|" + i + "|99970000003,99970000004|0.4.0.0.1.0.27.3"},
		{"purgeMS result", end(MSPurging, 3, AppendResult(nil, 1, OpPurgeMS, AppendPurgeMSResult(nil))), "67|||0.4.0.0.1.0.27.3"},
		{"sendRoutingInfoForSM", begin(ShortMsgGateway, 3, AppendInvoke(nil, 1, OpSendRoutingInfoForSM, AppendSendRoutingInfoForSM(nil, SendRoutingInfoForSM{MSISDN: msisdn, ServiceCentre: sc, Priority: true, GPRS: true}))), "45||" + m + ",999710000009|0.4.0.0.1.0.20.3"},
		{"sendRoutingInfoForSM result", end(ShortMsgGateway, 3, AppendResult(nil, 1, OpSendRoutingInfoForSM, AppendRoutingInfoForSM(nil, RoutingInfoForSM{IMSI: imsi, Node: msc, LMSI: []byte{1, 2, 3, 4}, Additional: vlr}))), "45|" + i + "|99970000004,99970000003|0.4.0.0.1.0.20.3"},
		{"informServiceCentre", end(ShortMsgGateway, 3, append(AppendResult(nil, 1, OpSendRoutingInfoForSM, AppendRoutingInfoForSM(nil, RoutingInfoForSM{IMSI: imsi, Node: msc, GPRS: true})), AppendInvoke(nil, 2, OpInformServiceCentre, AppendInformServiceCentre(nil, msisdn, 0x40))...)), "45,63|" + i + "|99970000004," + m + "|0.4.0.0.1.0.20.3"},
		{"mt-ForwardSM", begin(ShortMsgMTRelay, 3, AppendInvoke(nil, 1, OpMTForwardSM, AppendMTForwardSM(nil, ForwardSM{IMSI: imsi, ServiceCentre: sc, TPDU: tpdu, More: true}))), "44|" + i + "|999710000009,9990155500002|0.4.0.0.1.0.25.3"},
		{"mo-ForwardSM", begin(ShortMsgMORelay, 3, AppendInvoke(nil, 1, OpMOForwardSM, AppendMOForwardSM(nil, ForwardSM{IMSI: imsi, MSISDN: msisdn, ServiceCentre: sc, TPDU: submit}))), "46|" + i + "|999710000009," + m + ",9990155500002|0.4.0.0.1.0.21.3"},
		{"reportSM-DeliveryStatus", begin(ShortMsgGateway, 3, AppendInvoke(nil, 1, OpReportSMDeliveryStatus, AppendReportSMDeliveryStatus(nil, msisdn, sc, 2))), "47||" + m + ",999710000009|0.4.0.0.1.0.20.3"},
		{"alertServiceCentre", begin(ShortMsgAlert, 2, AppendInvoke(nil, 1, OpAlertServiceCentre, AppendAlertServiceCentre(nil, msisdn, sc))), "64||" + m + ",999710000009|0.4.0.0.1.0.23.2"},
		{"readyForSM", begin(MwdMngt, 3, AppendInvoke(nil, 1, OpReadyForSM, AppendReadyForSM(nil, imsi, 0))), "66|" + i + "||0.4.0.0.1.0.24.3"},
		{"provideSubscriberInfo", begin(SubscriberInfoEnquiry, 3, AppendInvoke(nil, 1, OpProvideSubscriberInfo, AppendProvideSubscriberInfo(nil, imsi))), "70|" + i + "||0.4.0.0.1.0.28.3"},
		{"provideSubscriberInfo result", end(SubscriberInfoEnquiry, 3, AppendResult(nil, 1, OpProvideSubscriberInfo, AppendSubscriberInfo(nil, SubscriberInfo{Age: 3, Cell: Cell{plmn, 0x1234, 0x5678}, VLR: vlr, MSC: msc, State: StateIdle, IMEI: imei}))), "70||99970000003,99970000004|0.4.0.0.1.0.28.3"},
		{"anyTimeInterrogation", begin(AnyTimeEnquiry, 3, AppendInvoke(nil, 1, OpAnyTimeInterrogation, AppendAnyTimeInterrogation(nil, AnyTimeInterrogation{MSISDN: msisdn, GsmSCF: sc}))), "71||" + m + ",999710000009|0.4.0.0.1.0.29.3"},
		{"anyTimeInterrogation result", end(AnyTimeEnquiry, 3, AppendResult(nil, 1, OpAnyTimeInterrogation, AppendSubscriberInfo(nil, SubscriberInfo{Age: -1, Position: true, Latitude: -33.5, Longitude: 151.2, VLR: vlr, State: StateNotReachable}))), "71||99970000003|0.4.0.0.1.0.29.3"},
		{"sendIdentification", begin(InterVlrInfoRetrieval, 3, AppendInvoke(nil, 1, OpSendIdentification, AppendSendIdentification(nil, 0xc0ffee01, 5, 3))), "55|||0.4.0.0.1.0.15.3"},
		{"sendIdentification result", end(InterVlrInfoRetrieval, 3, AppendResult(nil, 1, OpSendIdentification, AppendSendIdentificationResult(nil, imsi, Vectors{Triplets: 1, Version: 3}, r))), "55|" + i + "||0.4.0.0.1.0.15.3"},
		{"sendIdentification 2 result", end(InterVlrInfoRetrieval, 2, AppendResult(nil, 1, OpSendIdentification, AppendSendIdentificationResult(nil, imsi, Vectors{Triplets: 1, Version: 2}, r))), "55|" + i + "||0.4.0.0.1.0.15.2"},
		{"provideRoamingNumber", begin(RoamingNumberEnquiry, 3, AppendInvoke(nil, 1, OpProvideRoamingNumber, AppendProvideRoamingNumber(nil, imsi, msc, msisdn))), "4|" + i + "|99970000004," + m + "|0.4.0.0.1.0.3.3"},
		{"provideRoamingNumber result", end(RoamingNumberEnquiry, 3, AppendResult(nil, 1, OpProvideRoamingNumber, AppendProvideRoamingNumberResult(nil, vlr))), "4||99970000003|0.4.0.0.1.0.3.3"},
		{"USSD", begin(NetworkUnstructuredSs, 2, AppendInvoke(nil, 1, OpProcessUnstructuredSSReq, AppendUSSD(nil, "*100#"))), "59|||0.4.0.0.1.0.19.2"},
		{"unknownSubscriber", end(InfoRetrieval, 3, AppendError(nil, 1, ErrUnknownSubscriber, nil)), "1|||0.4.0.0.1.0.14.3"},
		{"roamingNotAllowed", end(NetworkLocUp, 3, AppendError(nil, 1, ErrRoamingNotAllowed, AppendErrorCause(nil, 0))), "8|||0.4.0.0.1.0.1.3"},
		{"reject", Transaction{Type: TCEnd, DTID: TID(0x11), Components: AppendReject(nil, 1, 1, 1)}, "|||"},
		{"not last, linked", Transaction{Type: TCContinue, OTID: TID(0x12), DTID: TransactionID{0x1234, 2}, Components: append(AppendResultNotLast(nil, 1, OpSendAuthenticationInfo, AppendSendAuthenticationInfoResult(nil, Vectors{Triplets: 1, Version: 3}, r)), AppendLinkedInvoke(nil, 2, 1, OpPurgeMS, AppendPurgeMS(nil, PurgeMS{IMSI: imsi, SGSN: vlr, Version: 3}))...)}, "56,67|" + i + "|99970000003|"},
		{"refused", Transaction{Type: TCAbort, DTID: TID(0x11), Dialogue: Refuse(InfoRetrieval, 2)}, "|||0.4.0.0.1.0.14.2"},
		{"user abort", Transaction{Type: TCAbort, DTID: TID(0x11), Dialogue: Dialogue{PDU: ABRT, UserInfo: AppendMAPUserAbort(nil)}}, "|||"},
		{"provider abort", Transaction{Type: TCAbort, DTID: TID(0x11), PAbort: 2}, "|||"},
		{"open", Transaction{Type: TCBegin, OTID: TransactionID{1, 1}, Dialogue: Dialogue{PDU: AARQ, Context: NetworkUnstructuredSs, Version: 2, UserInfo: AppendMAPOpen(nil, Number{imsi, 0, 6}, msc)}}, "|001010000000001|99970000004|0.4.0.0.1.0.19.2"},
		{"unidirectional", Transaction{Type: TCUnidirectional, Components: AppendInvoke(nil, 1, OpPurgeMS, AppendPurgeMS(nil, PurgeMS{IMSI: imsi, VLR: vlr, Version: 2}))}, "67|" + i + "|99970000003|"},
		{"long lengths", Transaction{Type: TCBegin, OTID: TID(0x11), Length: Long, Dialogue: Request(MSPurging, 3), Components: AppendInvoke(nil, 1, OpPurgeMS, AppendPurgeMS(nil, PurgeMS{IMSI: imsi, VLR: vlr, Version: 3}))}, "67|" + i + "|99970000003|0.4.0.0.1.0.27.3"},
		{"indefinite lengths", Transaction{Type: TCBegin, OTID: TID(0x11), Length: Indefinite, Dialogue: Request(MSPurging, 3), Components: AppendInvoke(nil, 1, OpPurgeMS, AppendPurgeMS(nil, PurgeMS{IMSI: imsi, VLR: vlr, Version: 3}))}, "67|" + i + "|99970000003|0.4.0.0.1.0.27.3"},
	}
}

// newFile begins a capture in a temporary directory; done closes it and says where it is.
func newFile(t *testing.T) (w *Wire, done func() string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out.pcap")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewPcap(f, true)
	if err != nil {
		t.Fatal(err)
	}
	return &Wire{Capture: c}, func() string {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
}

func testAssociation() *Association {
	return NewAssociation(
		SCTPEnd{Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")}, Port: 2905},
		SCTPEnd{Addrs: []netip.Addr{netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("2001:db8::1")}, Port: 2905}, NewRand(7))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestMAPAgainstTshark(t *testing.T) {
	w, done := newFile(t)
	s := testAssociation()
	cases := mapCases()
	for n, c := range cases {
		u := Unitdata{Called: GT(home, telecom.SSNHLR), Calling: GT(far, telecom.SSNVLR), Hops: 15, Data: AppendTransaction(nil, c.tc)}
		m3 := AppendTransfer(nil, Transfer{OPC: 9046, DPC: 2057, SI: 3, NI: 0, SLS: uint8(n & 15)}, AppendLUDT(nil, u))
		p, at := s.Open(nil, 1)
		p = CloseSCTP(s.Data(p, 1, Message{Stream: 1, PPID: PPIDM3UA, Payload: m3}), at)
		must(t, w.Packet(start.Add(time.Duration(n)*time.Millisecond), s.Ends[1].Addrs[0], s.Ends[0].Addrs[0], ProtoSCTP, p))
	}
	file := done()
	checkClean(t, file)
	got := tshark(t, file, "-T", "fields", "-E", "separator=|", "-e", "gsm_old.localValue", "-e", "e212.imsi", "-e", "e164.msisdn", "-e", "tcap.application_context_name",
		"-e", "sccp.called.digits", "-e", "sccp.calling.digits", "-e", "mtp3.opc", "-e", "mtp3.dpc")
	if len(got) != len(cases) {
		t.Fatalf("tshark read %d frames, want %d", len(got), len(cases))
	}
	// 13 vectors: triplets 3, 3, 1, 1, 1; quintuplets 2, 1; EPS 1.
	vectors := strings.Join(tshark(t, file, "-Y", "gsm_old.rand || gsm_map.ms.rand", "-T", "fields", "-E", "separator=;", "-e", "gsm_old.rand", "-e", "gsm_map.ms.rand"), ";")
	if n := len(strings.FieldsFunc(vectors, func(r rune) bool { return r == ';' || r == ',' })); n != 13 {
		t.Errorf("tshark reads %d vectors, want 13: %s", n, vectors)
	}
	for n, c := range cases {
		if want := c.want + "|999010000001|99970000002|9046|2057"; got[n] != want {
			t.Errorf("%s: tshark reads %q, want %q", c.name, got[n], want)
		}
	}
}
