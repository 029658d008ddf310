package diameter

// Use is what an AVP that a dictionary adds is read for.
type Use uint8

// Uses. Those with a Field have no value in Message.
const (
	UseNone Use = iota
	UseIMSI
	UseMSISDN
	UseIMEI
	UsePLMN
	UseNode // a node of the entry's Role
	UseCell
	UsePosition
	UseAge
	UseState
	UseVectors
	UseKeys
	UseSMS
	UseProfile
	UseSignature
	UseSigner
	UseEncrypted
	NumUses
)

// AVPType is the data format of an AVP (RFC 6733 4.2 to 4.4), as far as it matters
// here.
type AVPType uint8

// Types.
const (
	TypeOctets AVPType = iota
	TypeText
	TypeWord // four octets
	TypeQuad // eight octets
	TypeAddress
	TypeIdentity
	TypeGroup
	NumAVPTypes
)

var typeKinds = [NumAVPTypes]kind{kindAny, kindAny, kindWord, kindQuad, kindAddress, kindIdentity, kindGroup}

// Entry is one AVP of a Dictionary.
type Entry struct {
	Vendor, Code uint32 // vendor 0 is the IETF
	Name         string
	Type         AVPType
	Use          Use
	Role         NodeRole // of UseNode
	Realm        bool     // of UseNode: the name is a realm
}

// Dictionary is what a user adds to the AVPs and commands that are known. It is a
// plain table: a look-up allocates nothing, and nil is an empty one. It may be
// shared; it must not be changed once it is in use.
type Dictionary struct {
	avps     map[uint64]*Entry
	commands map[uint64]struct{}
	gsma     bool // it has AVPs of GSMA: the built-in ones count no more
}

// Fixed reports an AVP that no dictionary may change, because it is read before
// any is asked: the identities and routing of RFC 6733.
func Fixed(vendor, code uint32) bool {
	if vendor != 0 {
		return false
	}
	switch code {
	case 1, 263, 264, 268, 282, 283, 284, 293, 296, 297:
		return true
	}
	return false
}

// Add adds an AVP. It reports false when the dictionary has another entry for it;
// the same one twice is no harm.
func (d *Dictionary) Add(e Entry) bool {
	k := uint64(e.Vendor)<<32 | uint64(e.Code)
	if o := d.avps[k]; o != nil {
		return *o == e
	}
	if d.avps == nil {
		d.avps = make(map[uint64]*Entry)
	}
	d.avps[k] = &e
	d.gsma = d.gsma || e.Vendor == VendorGSMA
	return true
}

// AddCommand makes a command of an application known.
func (d *Dictionary) AddCommand(app, code uint32) {
	if d.commands == nil {
		d.commands = make(map[uint64]struct{})
	}
	d.commands[uint64(app)<<32|uint64(code)] = struct{}{}
}

// Len is the number of AVPs and of commands.
func (d *Dictionary) Len() (avps, commands int) {
	if d == nil {
		return 0, 0
	}
	return len(d.avps), len(d.commands)
}

func (d *Dictionary) find(vendor, code uint32) *Entry {
	if d == nil {
		return nil
	}
	return d.avps[uint64(vendor)<<32|uint64(code)]
}

func (d *Dictionary) name(vendor, code uint32) string {
	if e := d.find(vendor, code); e != nil {
		return e.Name
	}
	return ""
}

func (d *Dictionary) knownCommand(app, code uint32) bool {
	if d == nil {
		return false
	}
	_, ok := d.commands[uint64(app)<<32|uint64(code)]
	return ok
}

// added reads an AVP that the dictionary has a use for, or that is known by it
// alone. It reports false where the built-in tables go on. What is not read for an
// identity is looked at only as far as its type says; groups are walked.
func (m *Message) added(a *avp, b []byte, depth int) bool {
	e := m.Dictionary.find(a.vendor, a.code)
	if e == nil || Fixed(a.vendor, a.code) {
		return false
	}
	if e.Use == UseNone && (a.vendor == 0 || a.vendor == Vendor3GPP) {
		if k := kindOf(a.vendor, a.code); k != kindUnknown && !(k == kindAny && e.Type == TypeGroup) {
			return false
		}
	}
	inside := m.profile
	switch e.Use {
	case UseIMSI:
		if d, ok := decimal(e, a.data); ok && d.Len() >= 6 && d.Len() <= 15 {
			m.imsi(d, false)
		} else {
			m.fault(FaultAVPType, a.off)
		}
	case UseMSISDN:
		if e.Type == TypeText {
			m.subscriptionID(0, a.data)
		} else {
			m.msisdn(a, false)
		}
	case UseIMEI:
		m.imei(a.data)
	case UsePLMN:
		if p, ok := plmnOfData(a.data); ok {
			m.visited(p)
		} else {
			m.fault(FaultAVPType, a.off)
		}
	case UseNode:
		m.addedNode(e, a)
	case UseCell:
		m.present(a, FieldCell)
	case UsePosition:
		m.present(a, FieldPosition)
	case UseAge:
		m.present(a, FieldLocationAge)
	case UseState:
		m.present(a, FieldState)
	case UseVectors:
		if len(a.data) > 0 {
			m.vector(VectorSIP)
		}
		return true
	case UseKeys:
		m.present(a, FieldKeys)
	case UseSMS:
		m.present(a, FieldSMText)
	case UseProfile:
		m.Set |= FieldSubscriptionData
		m.profile = true
	case UseSignature:
		m.Set |= FieldSignature
	case UseSigner:
		m.signer(a)
	case UseEncrypted:
		m.encrypted()
		return true
	}
	if e.Type == TypeGroup {
		m.group(a, b, depth, nil)
	} else {
		m.judge(a, typeKinds[min(e.Type, NumAVPTypes-1)])
	}
	m.profile = inside
	return true
}

// addedNode keeps the node that an added AVP names, by the type of the AVP: an
// identity, an address, or digits.
func (m *Message) addedNode(e *Entry, a *avp) {
	switch e.Type {
	case TypeIdentity:
		m.name(a, e.Role, e.Realm)
	case TypeAddress:
		m.address(a, e.Role)
	case TypeText:
		if d, ok := asciiDigits(a.data); ok {
			m.node(a, Node{Role: e.Role, GT: d})
		} else {
			m.name(a, e.Role, e.Realm)
		}
	case TypeOctets:
		m.number(a, e.Role)
	}
}
