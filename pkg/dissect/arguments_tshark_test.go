package dissect

import (
	"encoding/hex"
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"sigtransit/decoders/telecom"
	"sigtransit/pkg/synth"
)

// needTshark is the tshark that is installed. Continuous integration must have it.
func needTshark(t *testing.T) string {
	t.Helper()
	bin, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is not installed: CI must hold the decoders to the reference dissector")
		}
		t.Skip("tshark is not installed: there is nothing to compare with")
	}
	return bin
}

// stacked is a vector under SCCP and M3UA; false when it has no TCAP.
func stacked(t *testing.T, v *vector) ([]byte, bool) {
	t.Helper()
	text := v.Hex
	if v.TCAP != "" {
		text = v.TCAP
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case v.Layer == "m3ua":
		return b, true
	case v.Layer == "sccp":
	case v.Layer == "tcap" || v.TCAP != "":
		ssn := synth.Address{SSN: telecom.SSN(v.SSN), RouteOnSSN: true}
		b = unitdata(ssn, ssn, b)
	default:
		return nil, false
	}
	return transfer(1, 2, b), true
}

// What a number stands for, by the name of tshark's field around it. A node whose
// role depends on something else has none.
const (
	isMSISDN    = "msisdn"
	isForwarded = "forwarded"
	isRoaming   = "roaming"
	isOther     = "" // of somebody, or for something, that we do not keep
	isNode      = "node"
)

var numberFields = map[string]string{
	"gsm_map.sm.msisdn": isMSISDN, "gsm_map.msisdn": isMSISDN, "gsm_old.msisdn": isMSISDN, "gsm_map.ch.msisdn": isMSISDN,
	"gsm_map.sm.storedMSISDN": isMSISDN, "gsm_map.lcs.msisdn": isMSISDN, "gsm_map.ms.msisdn": isMSISDN, "gsm_map.ss.msisdn": isMSISDN,

	"gsm_map.ss.forwardedToNumber": isForwarded, "gsm_map.ms.forwardedToNumber": isForwarded,

	"gsm_map.sm.serviceCentreAddress": "sc", "gsm_map.sm.serviceCentreAddressDA": "sc", "gsm_map.sm.serviceCentreAddressOA": "sc",
	"gsm_old.serviceCentreAddressDA": "sc", "gsm_old.serviceCentreAddressOA": "sc",
	"gsm_map.ms.vlr_Number": "vlr", "gsm_map.ms.vlr_number": "vlr", "gsm_old.vlr_Number": "vlr",
	"gsm_map.ms.msc_Number": "msc", "gsm_map.lcs.msc_Number": "msc", "gsm_old.msc_Number": "msc", "camel.mscAddress": "msc",
	"gsm_map.ms.hlr_Number": "hlr", "gsm_map.ms.ggsn_Number": "ggsn", "gsm_map.ms.gsmSCF_Address": "gsmscf",
	"gsm_map.lcs.mlc_Number": "gmlc", "gsm_map.lcs.mlcNumber": "gmlc",
	"gsm_map.sm.networkNode_Number": isNode, "gsm_map.lcs.networkNode_Number": isNode, "gsm_map.ch.gmsc_OrGsmSCF_Address": isNode,

	"gsm_map.ch.msc_Number": "msc", "gsm_map.ms.sgsn_Number": "sgsn", "gsm_map.ms.ggsn_number": "ggsn",
	"gsm_map.ch.gmsc_Address": "other", "gsm_map.ms.targetMSC_Number": "msc", "gsm_map.gr.anchorMSC_Address": "msc",
	"gsm_map.sm.smsf_3gpp_Number": "smsf", "gsm_map.sm.smsf_non_3gpp_Number": "smsf",
	"gsm_map.sm.sgsn_Number": "sgsn", "gsm_old.serviceCentreAddress": "sc", "gsm_map.ms.ISDN_AddressString": "gmlc",
	"gsm_old.originatingEntityNumber": "other",
	"gsm_map.ch.roamingNumber":        isRoaming, "gsm_map.ch.msrn": isRoaming, "gsm_map.ms.handoverNumber": isRoaming,
	"gsm_old.sIWFSNumber": isRoaming, "gsm_map.gr.groupCallNumber": isRoaming,
	"gsm_map.ch.forwardedToNumber": isForwarded,

	"camel.gmscAddress": "other", "camel.sgsn_Number": "sgsn", "camel.gsmSCFAddress": "gsmscf", "camel.sMSCAddress": "sc", "camel.mSISDN": isMSISDN,
	"camel.callingPartyNumber": isOther, "camel.callingPartysNumber": isOther, "camel.calledPartyNumber": isOther, // whose is our judgement
	"gsm_map.ss.AddressString": isOther, "gsm_map.ss.b_subscriberNumber": isOther, "gsm_map.ss.translatedB_Number": isOther,
	"gsm_map.ch.translatedB_Number": isOther, "gsm_old.b_Subscriber_Address": isOther, // other parties

	"gsm_map.lcs.na_ESRD": isOther, "gsm_map.lcs.na_ESRK": isOther, // emergency services' own numbers
	"gsm_sms":     isOther, // inside a short message
	"isup.called": isOther, "isup.calling": isOther,
}

// imsiElsewhere are fields around an IMSI that names no subscriber: leading digits
// that stand for an HLR.
var imsiElsewhere = []string{"gsm_map.ms.hlr_List", "gsm_map.sm.correlationID_element"}

// presence are fields whose being there is compared.
var presence = map[string]func(a *arguments){
	"gsm_map.ch.roamingNumber": func(a *arguments) { a.roaming = true },
	"gsm_map.sm.sm_RP_UI":      func(a *arguments) { a.text = true },
	"gsm_old.sm_RP_UI":         func(a *arguments) { a.text = true },
	"gsm_map.ss.ussd_String":   func(a *arguments) { a.ussd = true },

	"gsm_map.ms.AuthenticationTriplet_element":          func(a *arguments) { a.vectors++ },
	"gsm_map.ms.AuthenticationQuintuplet_element":       func(a *arguments) { a.vectors++ },
	"gsm_map.ms.EPC_AV_element":                         func(a *arguments) { a.vectors++ },
	"gsm_old.AuthenticationTriplet_v2_element":          func(a *arguments) { a.vectors++ },
	"camel.forwardingDestinationNumber":                 func(a *arguments) { a.forwarded = true },
	"gsm_old.SendAuthenticationInfoResOld_item_element": func(a *arguments) { a.vectors++ },
}

// tsharkArguments is tshark's reading of the components of a capture, by frame.
func tsharkArguments(bin, file string, options ...string) (map[uint64][]*arguments, error) {
	args := append([]string{"-n", "-r", file, "-Y", "gsm_map || camel", "-T", "pdml"}, options...)
	cmd := exec.Command(bin, args...)
	cmd.Env = append(os.Environ(), "HOME="+os.TempDir(), "XDG_CONFIG_HOME="+os.TempDir(), "WIRESHARK_CONFIG_DIR="+os.TempDir()+"/no-wireshark")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r := argumentReader{out: map[uint64][]*arguments{}}
	dec := xml.NewDecoder(pipe)
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return r.out, cmd.Wait()
		}
		if err != nil {
			cmd.Wait()
			return nil, err
		}
		switch x := tok.(type) {
		case xml.StartElement:
			var name, show string
			for _, a := range x.Attr {
				switch a.Name.Local {
				case "name":
					name = a.Value
				case "show":
					show = a.Value
				}
			}
			if x.Name.Local == "packet" {
				r.pdml, r.now = pdml{out: newReading()}, nil
			}
			if x.Name.Local == "proto" {
				r.proto(name)
			} else if x.Name.Local == "field" {
				r.field(name, show)
			}
			r.open = append(r.open, name)
		case xml.EndElement:
			r.open = r.open[:len(r.open)-1]
		}
	}
}

// argumentReader collects the components of a packet in their order.
type argumentReader struct {
	pdml pdml // tells components and their codes
	open []string
	out  map[uint64][]*arguments

	openIMSI, openMSISDN string
	now                  *arguments
}

func (r *argumentReader) proto(name string) {
	switch name {
	case "gsm_map", "camel", "inap":
		r.pdml.user = map[string]string{"gsm_map": "map", "camel": "camel", "inap": "tcap"}[name]
	case "tcap":
		r.openIMSI, r.openMSISDN, r.now = "", "", nil
	}
}

// around is the nearest named element around the present field.
func (r *argumentReader) around() string {
	for i := len(r.open) - 1; i >= 0; i-- {
		if r.open[i] != "" {
			return r.open[i]
		}
	}
	return ""
}

func (r *argumentReader) field(name, show string) {
	before := len(r.pdml.components)
	r.pdml.field(name, show)
	if n := len(r.pdml.components); n > before {
		r.now = &arguments{openIMSI: r.openIMSI, openMSISDN: r.openMSISDN, dedup: map[string]bool{}}
		r.out[r.pdml.frame] = append(r.out[r.pdml.frame], r.now)
	}
	a := r.now
	if a == nil {
		r.reference(name, show)
		return
	}
	a.component = r.pdml.components[len(r.pdml.components)-1]
	if f := presence[name]; f != nil {
		f(a)
	}
	first := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	switch name {
	case "_ws.malformed", "_ws.expert":
		a.broken = true
	case "e212.imsi":
		if !slices.Contains(imsiElsewhere, r.around()) {
			first(&a.imsi, show)
		}
	case "gsm_map.tbcd_digits":
		if strings.HasSuffix(strings.ToLower(r.around()), "imei") || strings.HasSuffix(r.around(), "imeisv") {
			first(&a.imei, show)
		}
	case "gsm_map.ms.ageOfLocationInformation", "gsm_map.lcs.ageOfLocationEstimate":
		first(&a.age, show)
	case "gsm_map.gsnaddress_ipv4", "gsm_map.gsnaddress_ipv6":
		first(&a.sgsn, show)
	case "e164.msisdn":
		r.number(a, show)
	}
}

// number places a number by the field around it.
func (r *argumentReader) number(a *arguments, digits string) {
	role, known := numberFields[r.around()]
	if slices.Contains(r.open, "camel.ipRoutingAddress") || slices.Contains(r.open, "camel.assistingSSPIPRoutingAddress") {
		role, known = "other", true
	}
	switch {
	case !known:
		a.unknown = append(a.unknown, r.around())
	case role == isOther:
	case role == isMSISDN:
		if a.msisdn == "" {
			a.msisdn = digits
		}
	case role == isForwarded:
		a.forwarded = true
	case role == isRoaming:
		a.roaming = true
	case role == "gsmscf" || role == "gmlc":
		if k := role + digits; !a.dedup[k] {
			a.dedup[k] = true
			a.nodes = append(a.nodes, digits)
			a.roles = append(a.roles, role+":"+digits)
		}
	default:
		a.nodes = append(a.nodes, digits)
		if role != isNode {
			a.roles = append(a.roles, role+":"+digits)
		}
	}
}

// reference is a field of the MAP-open, which stands before the components.
func (r *argumentReader) reference(name, show string) {
	switch r.around() {
	case "gsm_map.dialogue.destinationReference":
		switch name {
		case "e212.imsi":
			r.openIMSI = show
		case "e164.msisdn":
			r.openMSISDN = show
		}
	}
}
