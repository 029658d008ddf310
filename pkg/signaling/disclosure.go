package signaling

import (
	"strconv"

	"sigtransit/decoders/diameter"
	"sigtransit/decoders/gsmmap"
)

// Disclosure is the set of secrets and personal data that a message carried in
// readable form. It never holds the data itself.
type Disclosure uint32

// What can be given away, in the order events list it.
const (
	DisclosedVectors Disclosure = 1 << iota
	DisclosedKeys
	DisclosedIMSI
	DisclosedMSISDN
	DisclosedIMEI
	DisclosedServingNode
	DisclosedCell
	DisclosedPosition
	DisclosedState
	DisclosedSubscriberData
	DisclosedRoamingNumber
	DisclosedSMS
	DisclosedUSSD
	DisclosedForwardingNumber
	// Parts of a subscriber's profile, beside DisclosedSubscriberData.
	DisclosedServices     // bearer services, teleservices, supplementary services
	DisclosedAPNs         // access points and PDP contexts
	DisclosedBarring      // operator-determined and call barring
	DisclosedCAMEL        // CAMEL subscription: who controls the subscriber's calls
	DisclosedCharging     // charging characteristics
	DisclosedRestrictions // access, roaming and regional restrictions
	DisclosedLCS          // privacy settings of location services
	DisclosedLocationAge
	DisclosedExternalID    // name of a subscriber outside of the network (TS 23.682 4.6)
	DisclosedSupplementary // supplementary services and their state
	DisclosedForwarding    // how calls are forwarded, with a number or without
	DisclosedCUG           // closed user groups
	DisclosedPartyNumber   // of another party of a call or message
	DisclosedRedirection   // where a call or message goes instead
	DisclosedDigits        // dialled during a call
	DisclosedPassword      // of supplementary services
	DisclosedUserAddress   // PDP address
)

// Secrets are the disclosures that make an answer one that returned secrets:
// everything but the subscriber's own number, which most answers repeat.
const Secrets = ^(DisclosedIMSI | DisclosedMSISDN)

// NumDisclosures is how many there are.
const NumDisclosures = len(disclosureNames)

var disclosureNames = [...]string{
	"authentication_vectors", "keys", "imsi", "msisdn", "imei", "serving_node", "cell", "position", "subscriber_state",
	"subscriber_data", "roaming_number", "sms_text", "ussd_text", "forwarded_to_number",
	"services", "apns", "barring", "camel", "charging", "restrictions", "location_privacy", "location_age", "external_id",
	"supplementary_services", "call_forwarding", "cug", "party_number", "redirection_number", "dialled_digits", "ss_password", "user_address",
}

// AppendNames appends one word for each member of the set. Authentication
// vectors carry their number: "authentication_vectors:5".
func (d Disclosure) AppendNames(words []string, vectors int) []string {
	for i, name := range disclosureNames {
		if d&(1<<i) == 0 {
			continue
		}
		if Disclosure(1<<i) == DisclosedVectors {
			name += ":" + strconv.Itoa(vectors)
		}
		words = append(words, name)
	}
	return words
}

// mapDisclosures says what each field of an argument gives away.
var mapDisclosures = [...]struct {
	f gsmmap.Field
	d Disclosure
}{
	{gsmmap.FieldVectors, DisclosedVectors}, {gsmmap.FieldKeys, DisclosedKeys},
	{gsmmap.FieldIMSI, DisclosedIMSI}, {gsmmap.FieldMSISDN, DisclosedMSISDN}, {gsmmap.FieldIMEI, DisclosedIMEI},
	{gsmmap.FieldCellID, DisclosedCell}, {gsmmap.FieldLocationNumber, DisclosedCell}, {gsmmap.FieldGeographical, DisclosedPosition},
	{gsmmap.FieldSubscriberState, DisclosedState}, {gsmmap.FieldSubscriberData, DisclosedSubscriberData}, {gsmmap.FieldAPN, DisclosedSubscriberData | DisclosedAPNs},
	{gsmmap.FieldRoamingNumber, DisclosedRoamingNumber}, {gsmmap.FieldSMText, DisclosedSMS}, {gsmmap.FieldUSSD, DisclosedUSSD},
	{gsmmap.FieldForwardingNumber, DisclosedForwardingNumber}, {gsmmap.FieldPartyNumber, DisclosedPartyNumber},
	{gsmmap.FieldRedirection, DisclosedRedirection}, {gsmmap.FieldDigits, DisclosedDigits}, {gsmmap.FieldPassword, DisclosedPassword},
	{gsmmap.FieldLocationAge, DisclosedLocationAge}, {gsmmap.FieldUserAddress, DisclosedUserAddress}, {gsmmap.FieldGSN, DisclosedServingNode},
	{gsmmap.FieldServingName, DisclosedServingNode},
}

// dataDisclosures says the same of each kind of subscriber data.
var dataDisclosures = [...]struct {
	k gsmmap.Data
	d Disclosure
}{
	{gsmmap.DataServices | gsmmap.DataGroupCalls, DisclosedServices}, {gsmmap.DataSupplementary, DisclosedSupplementary},
	{gsmmap.DataForwarding, DisclosedForwarding}, {gsmmap.DataBarring | gsmmap.DataODB, DisclosedBarring}, {gsmmap.DataCUG, DisclosedCUG},
	{gsmmap.DataRestrictions, DisclosedRestrictions}, {gsmmap.DataCAMEL, DisclosedCAMEL}, {gsmmap.DataGPRS | gsmmap.DataEPS, DisclosedAPNs},
	{gsmmap.DataLCS, DisclosedLCS}, {gsmmap.DataCharging, DisclosedCharging},
}

// diameterDisclosures says what each AVP, or group of them, gives away.
var diameterDisclosures = [...]struct {
	f diameter.Field
	d Disclosure
}{
	{diameter.FieldVectors, DisclosedVectors}, {diameter.FieldKeys, DisclosedKeys},
	{diameter.FieldIMSI, DisclosedIMSI}, {diameter.FieldMSISDN, DisclosedMSISDN}, {diameter.FieldIMEI, DisclosedIMEI},
	{diameter.FieldCell, DisclosedCell}, {diameter.FieldPosition, DisclosedPosition}, {diameter.FieldState, DisclosedState},
	{diameter.FieldLocationAge, DisclosedLocationAge}, {diameter.FieldSubscriptionData, DisclosedSubscriberData},
	{diameter.FieldServingNode, DisclosedServingNode}, {diameter.FieldSMText, DisclosedSMS}, {diameter.FieldExternalID, DisclosedExternalID},
	{diameter.FieldServices, DisclosedServices}, {diameter.FieldAPNs, DisclosedAPNs}, {diameter.FieldBarring, DisclosedBarring},
	{diameter.FieldCharging, DisclosedCharging}, {diameter.FieldRestrictions, DisclosedRestrictions}, {diameter.FieldLCS, DisclosedLCS}, {diameter.FieldUserAddress, DisclosedUserAddress},
}

// Fields are what has to be set in the arguments of MAP or CAP, and in a message of
// Diameter, so that Disclosed tells d: for whoever makes messages of what is told of them.
// What a protocol has no field for is left out.
func (d Disclosure) Fields() (f gsmmap.Field, k gsmmap.Data, a diameter.Field) {
	for _, x := range mapDisclosures {
		if d&x.d == x.d {
			f |= x.f
		}
	}
	for _, x := range dataDisclosures {
		if d&x.d == x.d {
			k |= x.k
		}
	}
	for _, x := range diameterDisclosures {
		if d&x.d == x.d {
			a |= x.f
		}
	}
	return f, k, a
}

// What gives Secrets away.
var mapSecrets, dataSecrets, diameterSecrets = func() (f gsmmap.Field, k gsmmap.Data, a diameter.Field) {
	for _, x := range mapDisclosures {
		if x.d&Secrets != 0 {
			f |= x.f
		}
	}
	for _, x := range dataDisclosures {
		if x.d&Secrets != 0 {
			k |= x.k
		}
	}
	for _, x := range diameterDisclosures {
		if x.d&Secrets != 0 {
			a |= x.f
		}
	}
	return f, k, a
}()

// BearsSecrets reports that m discloses some of Secrets. It asks less than Disclosed.
func (m *Message) BearsSecrets() bool {
	if a := m.Diameter; a != nil && a.Set&diameterSecrets != 0 {
		return true
	}
	a := m.MAP
	if a == nil {
		return false
	}
	if a.Set&mapSecrets != 0 || a.Data&dataSecrets != 0 || len(a.DiameterName) > 0 {
		return true
	}
	nodes := a.Nodes()
	for i := range nodes {
		if servingNode(nodes[i].Role) {
			return true
		}
	}
	return false
}

// servingNode says that a node serves the subscriber: where he is.
func servingNode(r gsmmap.NodeRole) bool {
	return r == gsmmap.NodeMSC || r == gsmmap.NodeVLR || r == gsmmap.NodeSGSN || r == gsmmap.NodeSMSF || r == gsmmap.NodeMME
}

// Disclosed is what m carries in readable form, and how many authentication
// vectors. It looks at the message alone, not at its dialogue; the references of a
// MAP-open are part of the message they open a dialogue with.
func (m *Message) Disclosed() (d Disclosure, vectors int) {
	if a := m.MAP; a != nil {
		for i := range mapDisclosures {
			if a.Set&mapDisclosures[i].f != 0 {
				d |= mapDisclosures[i].d
			}
		}
		if a.Data != 0 {
			for i := range dataDisclosures {
				if a.Data&dataDisclosures[i].k != 0 {
					d |= dataDisclosures[i].d
				}
			}
		}
		for _, n := range a.Nodes() {
			if servingNode(n.Role) {
				d |= DisclosedServingNode
			}
		}
		if len(a.DiameterName) > 0 {
			d |= DisclosedServingNode
		}
		vectors = int(a.VectorCount)
	}
	if g := m.Dialogue; g != nil {
		if g.IMSI().Len() > 0 {
			d |= DisclosedIMSI
		}
		if g.MSISDN().Len() > 0 {
			d |= DisclosedMSISDN
		}
	}
	if a := m.Diameter; a != nil {
		for i := range diameterDisclosures {
			if x := &diameterDisclosures[i]; a.Set&x.f != 0 {
				d |= x.d
			}
		}
		vectors = int(a.VectorCount)
	}
	return d, vectors
}

// ReadWhole reports that nothing in m was passed over unread: what it did not
// disclose was not there. It is false for faults behind which more may stand, for what
// MAPsec secures, for what the standard has added to an answer since, and for components of a protocol whose arguments are not read.
func (m *Message) ReadWhole() bool {
	const unread = FaultTruncated | FaultComponent | FaultArgument | FaultAVP
	if m.Faults&unread != 0 || m.Class == ClassProtected || m.MAP != nil && m.MAP.Set&gsmmap.FieldUnread != 0 {
		return false
	}
	if c := m.Component; c != nil && c.Parameter != nil {
		return (m.Protocol == MAP || m.Protocol == CAP) && m.Operation != 0
	}
	return true
}

// IsReply reports that m answers something: a result, an error, a reject or a
// Diameter answer.
func (m *Message) IsReply() bool {
	switch m.Kind {
	case KindResult, KindError, KindReject, KindAnswer:
		return true
	}
	return false
}
