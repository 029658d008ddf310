package signaling

// Roaming says who is at the ends of a message, as the table of home and partners
// tells it. The zero value is unknown in all.
type Roaming struct {
	Direction  Direction
	Subscriber Whose
	// Partner is the number of the partner at the far end in the table that resolved
	// the message; 0: unknown.
	Partner uint32
}

// Whose says whose subscriber a message is about, seen from home.
type Whose uint8

// Owners of subscribers.
const (
	WhoseUnknown Whose = iota
	WhoseHome          // home's own, wherever it roams
	WhoseVisitor       // a partner's, served by home
	WhoseForeign       // neither home's nor served by it: seen in transit
	NumWhose
)

var whoseNames = [NumWhose]string{"unknown", "home", "visitor", "foreign"}

func (w Whose) String() string { return whoseNames[min(w, NumWhose-1)] }

// ParseWhose is the inverse of Whose.String.
func ParseWhose(s string) (Whose, bool) { return parse[Whose](whoseNames[:], s) }

// Service is what a carrier is used for: which of the networks between operators.
type Service uint8

// Services.
const (
	ServiceNone     Service = iota
	ServiceSS7              // SCCP: MAP and CAP
	ServiceDiameter         // Diameter between edge agents
	ServiceData             // GRX and IPX for packet data
	NumServices
)

var serviceNames = [NumServices]string{"none", "ss7", "diameter", "data"}

func (s Service) String() string { return serviceNames[min(s, NumServices-1)] }

// ParseService is the inverse of Service.String.
func ParseService(s string) (Service, bool) { return parse[Service](serviceNames[:], s) }

// Service is the network that the message belongs to.
func (m *Message) Service() Service {
	switch {
	case m.Diameter != nil || m.Protocol == Diameter:
		return ServiceDiameter
	case m.TCAP != nil || m.SCCP != nil || m.Protocol != ProtocolNone:
		return ServiceSS7
	}
	return ServiceNone
}
