package gsmmap

import "sigtransit/decoders/ber"

// entry is what to do with one element: an action in the top octet, its argument
// (a shape, role, kind or set of fields) in the others.
type entry uint32

const argMask = 1<<24 - 1

func (e entry) arg() uint8 { return uint8(e) }

// Actions.
const (
	skip         entry = iota << 24
	descend            // into the shape
	descendFirst       // into the shape, if the element is the first of its parent
	flag               // set the fields
	data               // add the kinds of subscriber data
	minutes            // AgeOfLocationInformation, an INTEGER
	retag              // the first node of this shape has the role after all
	smText             // SM-RP-UI; what follows is of another shape
	imsi               // TBCD-STRING
	msisdn             // ISDN-AddressString
	imei               // TBCD-STRING
	node               // AddressString of a node with the role
	name               // DiameterIdentity
	vectorList         // SEQUENCE OF vectors of the kind
	vectorItem         // one vector of the kind
	isup               // node with the role, as a number of ISUP (Q.763 3.9)
	generic            // the same behind a number qualifier (Q.763 3.26)
	gsn                // GSN-Address
	fqdn               // FQDN of a serving node
	passed             // known, and of no interest
	spi                // SecurityParametersIndex
	secured            // code of the operation inside MAPsec
	securedError       // code of the error inside MAPsec
)

// Entries that many shapes have.
const (
	msc         = node | entry(NodeMSC)
	vlr         = node | entry(NodeVLR)
	sgsn        = node | entry(NodeSGSN)
	mme         = node | entry(NodeMME)
	ggsn        = node | entry(NodeGGSN)
	smsf        = node | entry(NodeSMSF)
	hlr         = node | entry(NodeHLR)
	gmlc        = node | entry(NodeGMLC)
	scf         = node | entry(NodeGsmSCF)
	centre      = node | entry(NodeServiceCentre)
	otherNode   = node | entry(NodeOther)
	gateway     = otherNode // gateway MSC
	lmsi        = flag | entry(FieldLMSI)
	tmsi        = flag | entry(FieldTMSI)
	cell        = flag | entry(FieldCellID)
	position    = flag | entry(FieldGeographical)
	place       = flag | entry(FieldLocationNumber)
	age         = minutes
	state       = flag | entry(FieldSubscriberState)
	apn         = flag | entry(FieldAPN)
	roaming     = flag | entry(FieldRoamingNumber)
	forwarded   = flag | entry(FieldForwardingNumber)
	keys        = flag | entry(FieldKeys)
	ussd        = flag | entry(FieldUSSD)
	party       = flag | entry(FieldPartyNumber)
	redirected  = flag | entry(FieldRedirection)
	dialled     = flag | entry(FieldDigits)
	password    = flag | entry(FieldPassword)
	userAddress = flag | entry(FieldUserAddress)
	triplet     = vectorItem | entry(VectorTriplet)
	triplets    = vectorList | entry(VectorTriplet)
	quintuplets = vectorList | entry(VectorQuintuplet)
	epsVectors  = vectorList | entry(VectorEPS)

	services      = data | entry(DataServices)
	supplementary = data | entry(DataSupplementary)
	forwarding    = data | entry(DataForwarding)
	barring       = data | entry(DataBarring)
	cug           = data | entry(DataCUG)
	odb           = data | entry(DataODB)
	restrictions  = data | entry(DataRestrictions)
	groupCalls    = data | entry(DataGroupCalls)
	camel         = data | entry(DataCAMEL)
	gprs          = data | entry(DataGPRS)
	eps           = data | entry(DataEPS)
	lcs           = data | entry(DataLCS)
	charging      = data | entry(DataCharging)
	options       = data | entry(DataOptions)
)

// Tags beside those of ber.
const (
	tagged3       ber.Tag = 0xa3 // [3] IMPLICIT SEQUENCE: version 3 of some types
	numericString ber.Tag = 0x12 // a password of supplementary services
	ia5String     ber.Tag = 0x16
	privateMSISDN ber.Tag = 0xdc // [PRIVATE 28] of beginSubscriberActivity
)

// shape says what to do with the elements of one constructed type.
type shape struct {
	context   context  // by context-specific tag number
	octets    [3]entry // OCTET STRINGs by their order, the last for all that follow
	sequences [3]entry // SEQUENCEs likewise
	integer   entry
	private   entry
	closed    bool  // what has no entry is not known, and may give something away
	set       Field // fields that the presence of the type itself means
	data      Data  // kinds of subscriber data likewise
}

// context is long enough for the highest tag of interest: initialDP [59].
type context = [60]entry

// parameter says what the outermost element of a parameter can be.
type parameter struct {
	sequence entry // SEQUENCE
	tagged   entry // [3] SEQUENCE
	octets   entry // OCTET STRING, IA5String or NumericString
	choice   uint8 // shape for an untagged CHOICE of context-specific types
}
