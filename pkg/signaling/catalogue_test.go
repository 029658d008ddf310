package signaling

import (
	"strings"
	"testing"
)

func TestMAPOperations(t *testing.T) {
	const (
		L, S, A, C, D, U, P = ClassLocation, ClassSMS, ClassAuthentication, ClassCall, ClassData, ClassSubscriber, ClassProtected
	)
	// Every local code from 0 to 90 of 3GPP TS 29.002 and GSM 09.02.
	want := map[int32]Class{
		2: L, 3: L, 4: C, 5: U, 6: C, 7: U, 8: U, 9: A, 10: U, 11: U, 12: U, 13: U, 14: U, 15: A, 16: U, 17: U, 18: U, 19: U,
		20: C, 21: S, 22: C, 23: L, 24: D, 25: D, 26: D, 28: C, 29: C, 30: C, 31: C, 32: C, 33: C, 34: C, 35: C, 36: L, 37: U, 38: U, 39: C,
		40: C, 41: C, 42: C, 43: U, 44: S, 45: S, 46: S, 47: S, 48: S, 49: S, 50: U, 51: U, 52: U, 53: L, 54: U, 55: A, 56: A, 57: U, 58: U, 59: U,
		60: U, 61: U, 62: U, 63: S, 64: S, 65: U, 66: S, 67: L, 68: C, 69: C, 70: L, 71: L, 72: C, 73: C, 74: C, 75: C, 76: C, 77: C,
		78: P, 79: P, 80: P, 81: P, 83: L, 84: C, 85: L, 86: L, 87: C, 88: C, 89: L,
	}
	for code := int32(-2); code < 300; code++ {
		op := MAPOperation(code)
		class, known := want[code]
		if (op != 0) != known {
			t.Errorf("code %d: known %v, want %v", code, op != 0, known)
			continue
		}
		i := op.Info()
		if i.Class != class || known && (i.Protocol != MAP || i.Code != uint32(code)) {
			t.Errorf("code %d: %+v, want class %v", code, i, class)
		}
	}
	for code, name := range map[int32]string{
		2: "updateLocation", 7: "insertSubscriberData", 22: "sendRoutingInfo", 44: "mt-ForwardSM", 45: "sendRoutingInfoForSM", 46: "mo-ForwardSM",
		56: "sendAuthenticationInfo", 70: "provideSubscriberInfo", 71: "anyTimeInterrogation", 83: "provideSubscriberLocation",
	} {
		if got := MAPOperation(code).String(); got != name {
			t.Errorf("code %d is %q, want %q", code, got, name)
		}
	}
}

func TestCAPOperations(t *testing.T) {
	for _, tt := range []struct {
		code  int32
		name  string
		class Class
	}{
		{0, "initialDP", ClassCall}, {17, "establishTemporaryConnection", ClassCall}, {20, "connect", ClassCall}, {24, "eventReportBCSM", ClassCall},
		{36, "applyChargingReport", ClassCall}, {48, "promptAndCollectUserInformation", ClassCall}, {60, "initialDPSMS", ClassSMS},
		{61, "furnishChargingInformationSMS", ClassSMS}, {64, "eventReportSMS", ClassSMS}, {67, "resetTimerSMS", ClassSMS},
		{70, "activityTestGPRS", ClassData}, {78, "initialDPGPRS", ClassData}, {80, "eventReportGPRS", ClassData},
		{86, "dFCWithArgument", ClassCall}, {88, "continueWithArgument", ClassCall}, {95, "splitLeg", ClassCall},
		{1, "unknown", ClassOther}, {-1, "unknown", ClassOther}, {128, "unknown", ClassOther}, {1 << 30, "unknown", ClassOther},
	} {
		i := CAPOperation(tt.code).Info()
		if i.Name != tt.name || i.Class != tt.class || i.Name != "unknown" && i.Protocol != CAP {
			t.Errorf("code %d: %+v", tt.code, i)
		}
	}
}

func TestDiameterOperations(t *testing.T) {
	for _, tt := range []struct {
		app, code    uint32
		name, answer string
		class        Class
	}{
		{0, 257, "CER", "CEA", ClassControl}, {0, 280, "DWR", "DWA", ClassControl}, {0, 282, "DPR", "DPA", ClassControl},
		{16777251, 316, "ULR", "ULA", ClassLocation}, {16777251, 317, "CLR", "CLA", ClassLocation}, {16777251, 318, "AIR", "AIA", ClassAuthentication},
		{16777251, 319, "IDR", "IDA", ClassSubscriber}, {16777251, 320, "DSR", "DSA", ClassSubscriber}, {16777251, 321, "PUR", "PUA", ClassLocation},
		{16777251, 322, "RSR", "RSA", ClassSubscriber}, {16777251, 323, "NOR", "NOA", ClassLocation}, {16777252, 324, "ECR", "ECA", ClassSubscriber},
		{16777308, 8388638, "UVR", "UVA", ClassLocation}, {16777308, 8388642, "CVR", "CVA", ClassLocation},
		{16777255, 8388620, "PLR", "PLA", ClassLocation}, {16777255, 8388621, "LRR", "LRA", ClassLocation}, {16777291, 8388622, "RIR", "RIA", ClassLocation},
		{16777312, 8388647, "SRR", "SRA", ClassSMS}, {16777312, 8388648, "ALR", "ALA", ClassSMS}, {16777312, 8388649, "RDR", "RDA", ClassSMS},
		{16777313, 8388645, "OFR", "OFA", ClassSMS}, {16777313, 8388646, "TFR", "TFA", ClassSMS},
		{16777265, 303, "MAR", "MAA", ClassAuthentication}, {16777265, 301, "SAR", "SAA", ClassSubscriber},
		{16777265, 304, "RTR", "RTA", ClassLocation}, {16777265, 305, "PPR", "PPA", ClassSubscriber},
		{16777264, 268, "DER", "DEA", ClassAuthentication}, {16777250, 268, "DER", "DEA", ClassAuthentication}, {16777272, 265, "AAR", "AAA", ClassData},
		{16777264, 275, "STR", "STA", ClassData}, {16777250, 274, "ASR", "ASA", ClassData}, {16777272, 258, "RAR", "RAA", ClassData},
		{16777216, 300, "UAR", "UAA", ClassSubscriber}, {16777216, 301, "SAR", "SAA", ClassSubscriber}, {16777216, 302, "LIR", "LIA", ClassLocation},
		{16777216, 303, "MAR", "MAA", ClassAuthentication}, {16777216, 304, "RTR", "RTA", ClassSubscriber}, {16777216, 305, "PPR", "PPA", ClassSubscriber},
		{16777217, 306, "UDR", "UDA", ClassSubscriber}, {16777217, 307, "PUR", "PUA", ClassSubscriber},
		{16777217, 308, "SNR", "SNA", ClassSubscriber}, {16777217, 309, "PNR", "PNA", ClassSubscriber},
		{16777220, 310, "BIR", "BIA", ClassAuthentication}, {16777221, 303, "MAR", "MAA", ClassAuthentication},
		{16777310, 8388641, "SIR", "SIA", ClassSubscriber}, {16777345, 8388718, "CIR", "CIA", ClassLocation},
		{16777345, 8388719, "RIR", "RIA", ClassLocation}, {16777345, 8388726, "NIR", "NIA", ClassData},
		{16777311, 8388643, "DTR", "DTA", ClassSMS}, {16777311, 8388644, "DRR", "DRA", ClassSMS},
		{16777346, 8388732, "CMR", "CMA", ClassData}, {16777346, 8388733, "ODR", "ODA", ClassData}, {16777346, 8388734, "TDR", "TDA", ClassData},
		{16777238, 272, "CCR", "CCA", ClassData}, {16777266, 272, "CCR", "CCA", ClassData}, {16777267, 258, "RAR", "RAA", ClassData},
		{16777236, 265, "AAR", "AAA", ClassCall}, {16777236, 275, "STR", "STA", ClassCall}, {16777236, 258, "RAR", "RAA", ClassCall}, {16777236, 274, "ASR", "ASA", ClassCall},
		{4, 272, "CCR", "CCA", ClassData}, {3, 271, "ACR", "ACA", ClassCall},
		{16777302, 8388635, "SLR", "SLA", ClassSubscriber}, {16777302, 8388636, "SNR", "SNA", ClassSubscriber}, {16777302, 275, "STR", "STA", ClassSubscriber},
		{16777336, 8388664, "PIR", "PIA", ClassSubscriber},
	} {
		op := DiameterOperation(tt.app, tt.code)
		i := op.Info()
		if i.Protocol != Diameter || i.App != tt.app || i.Code != tt.code || i.Name != tt.name || i.Answer != tt.answer || i.Class != tt.class {
			t.Errorf("application %d, command %d: %+v", tt.app, tt.code, i)
		}
		if got, ok := LookupOperation(DiameterApplication(tt.app) + "/" + tt.name); !ok || got != op {
			t.Errorf("%s/%s is %v, want %v", DiameterApplication(tt.app), tt.name, got, op)
		}
	}
	for _, code := range []uint32{8388737, 8388738} {
		if i := DiameterOperation(16777360, code).Info(); i.Class != ClassProtected {
			t.Errorf("command %d: %+v", code, i)
		}
	}
	if op := DiameterOperation(16777251, 99999); op != 0 {
		t.Errorf("command 99999 is %v", op)
	}
}

// TestDiameterForeignApplication: a command in an application that does not
// define it is still recognised, and says where it is at home.
func TestDiameterForeignApplication(t *testing.T) {
	for _, tt := range []struct {
		app, code uint32
		name      string
		class     Class
		home      uint32
	}{
		{16777251, 257, "CER", ClassControl, 0},
		{4294967295, 280, "DWR", ClassControl, 0}, // the relay's id
		{16777251, 258, "RAR", ClassData, 0},
		{16777300, 274, "ASR", ClassData, 0},
		{16777300, 275, "STR", ClassData, 0},
		{16777300, 271, "ACR", ClassCall, 3},
		{16777300, 272, "CCR", ClassData, 4},
		{0, 316, "ULR", ClassLocation, 16777251},
		{12345, 318, "AIR", ClassAuthentication, 16777251},
		{12345, 303, "MAR", ClassAuthentication, 16777216},
		{12345, 8388622, "RIR", ClassLocation, 16777291},
	} {
		if i := DiameterOperation(tt.app, tt.code).Info(); i.Name != tt.name || i.Class != tt.class || i.App != tt.home {
			t.Errorf("application %d, command %d: %+v", tt.app, tt.code, i)
		}
	}
}

func TestCatalogueIsClosed(t *testing.T) {
	if i := Operation(0).Info(); i.Name != "unknown" || i.Class != ClassOther || i.Protocol != ProtocolNone {
		t.Errorf("entry 0: %+v", i)
	}
	if Operation(65535).Info() != Operation(0).Info() {
		t.Error("an operation out of range is not the unknown one")
	}
	type key struct {
		p   Protocol
		app uint32
	}
	names := map[key]map[string]bool{}
	for op := Operation(1); int(op) < NumOperations(); op++ {
		i := op.Info()
		k := key{i.Protocol, i.App}
		if names[k] == nil {
			names[k] = map[string]bool{}
		}
		if names[k][i.Name] {
			t.Errorf("%s stands twice in %v", i.Name, k)
		}
		names[k][i.Name] = true
		if i.Name == "" || strings.ContainsAny(i.Name, " \t\"/") || i.Class == ClassOther || i.Class >= NumClasses || op.String() != i.Name {
			t.Errorf("entry %d: %+v", op, i)
		}
		var back Operation
		switch i.Protocol {
		case MAP:
			back = MAPOperation(int32(i.Code))
		case CAP:
			back = CAPOperation(int32(i.Code))
		case TCAP:
			back = ANSI41Operation(int32(i.Code))
		case Diameter:
			back = DiameterOperation(i.App, i.Code)
			if i.Answer == "" || DiameterApplication(i.App) == "" {
				t.Errorf("entry %d has no answer or no application: %+v", op, i)
			}
		}
		if back != op {
			t.Errorf("%s: code %d leads to %v", i.Name, i.Code, back)
		}
		found := false
		for _, o := range LookupOperations(i.Name) {
			found = found || o == op
			// A name means one protocol, so that a rule can use it alone.
			if o.Info().Protocol != i.Protocol {
				t.Errorf("%s is in %v and %v", i.Name, i.Protocol, o.Info().Protocol)
			}
		}
		if !found {
			t.Errorf("%s is not found by its name", i.Name)
		}
	}
	if _, ok := LookupOperation("noSuchOperation"); ok {
		t.Error("a name that does not exist was found")
	}
	used := 0
	for _, s := range current.Load().commands {
		if s.op != 0 {
			used++
		}
	}
	if used*3 > commandSlots {
		t.Errorf("%d of %d slots used: make the table larger", used, commandSlots)
	}
}

func TestContexts(t *testing.T) {
	for _, tt := range []struct {
		ac    uint8
		name  string
		class Class
	}{
		{1, "networkLocUpContext", ClassLocation}, {2, "locationCancellationContext", ClassLocation}, {5, "locationInfoRetrievalContext", ClassCall},
		{14, "infoRetrievalContext", ClassAuthentication}, {15, "interVlrInfoRetrievalContext", ClassAuthentication},
		{16, "subscriberDataMngtContext", ClassSubscriber}, {19, "networkUnstructuredSsContext", ClassSubscriber},
		{20, "shortMsgGatewayContext", ClassSMS}, {21, "shortMsgMO-RelayContext", ClassSMS}, {25, "shortMsgMT-RelayContext", ClassSMS},
		{27, "msPurgingContext", ClassLocation}, {28, "subscriberInfoEnquiryContext", ClassLocation}, {29, "anyTimeInfoEnquiryContext", ClassLocation},
		{32, "gprsLocationUpdateContext", ClassLocation}, {33, "gprsLocationInfoRetrievalContext", ClassData}, {38, "locationSvcEnquiryContext", ClassLocation},
		{39, "authenticationFailureReportContext", ClassAuthentication}, {40, "secureTransportHandlingContext", ClassProtected},
		{47, "vcsgLocationCancellationContext", ClassLocation},
		{0, "", ClassOther}, {30, "", ClassOther}, {48, "", ClassOther}, {255, "", ClassOther},
	} {
		if name, class := ContextName(tt.ac), ContextClass(tt.ac); name != tt.name || class != tt.class {
			t.Errorf("context %d is %q, %v", tt.ac, name, class)
		}
	}
	for ac := range contexts {
		if (contexts[ac].name == "") != (contexts[ac].class == ClassOther) {
			t.Errorf("context %d has a name or a class only", ac)
		}
	}
}

func TestErrorAndApplicationNames(t *testing.T) {
	for code, name := range map[int32]string{1: "unknownSubscriber", 27: "absentSubscriber", 34: "systemFailure", 36: "unexpectedDataValue",
		49: "ati-NotAllowed", 72: "ussd-Busy", 0: "", 41: "", 73: "", -1: "", 1 << 20: ""} {
		if got := MAPErrorName(code); got != name {
			t.Errorf("error %d is %q, want %q", code, got, name)
		}
	}
	for app, name := range map[uint32]string{0: "base", 4: "Gy", 16777216: "Cx", 16777251: "S6a", 16777265: "SWx", 16777312: "S6c", 16777313: "SGd",
		16777360: "DESS", 4294967295: "relay", 99: ""} {
		if got := DiameterApplication(app); got != name {
			t.Errorf("application %d is %q, want %q", app, got, name)
		}
	}
}

func TestLookupsDoNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		_ = DiameterOperation(16777251, 316).Info()
		_ = DiameterOperation(1, 99).Info()
		_ = MAPOperation(56).String()
		_, _ = LookupOperation("SWx/MAR")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDiameterOperation(b *testing.B) {
	var n Operation
	for b.Loop() {
		n += DiameterOperation(16777251, 316)
	}
	_ = n
}

func BenchmarkMAPOperation(b *testing.B) {
	var n Class
	for b.Loop() {
		n += MAPOperation(56).Info().Class
	}
	_ = n
}
