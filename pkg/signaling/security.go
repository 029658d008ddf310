package signaling

// Security is what a tap sees of how a link is protected. Text is copied from the
// wire and as long as a DNS name at most.
type Security struct {
	// Version is of TLS or DTLS as hellos write it (0x0303 is TLS 1.2, 0xfefd DTLS
	// 1.2): the selected one when Negotiated, else the highest that the client
	// offers. 0: no hello is in the capture.
	Version    uint16
	Negotiated bool   // a ServerHello was seen
	Cipher     uint16 // that it selected
	// ServerName is the name the client asked for (RFC 6066 3), ALPN the protocol
	// selected, else the first that was offered (RFC 7301).
	ServerName, ALPN string
	Server           uint8          // the end of the link that is the server; valid when Version is set
	Certificates     [2]Certificate // by the end that sent it; TLS 1.3 hides them

	AH   bool   // packets came with an Authentication Header: authenticated, readable
	IKE  uint8  // highest major version of IKE seen; 0: none
	NATT bool   // in UDP (RFC 3948)
	ESP  uint64 // packets of ESP
	SPIs int    // distinct security parameters indexes of ESP and end that sends them, up to MaxSPIs
}

// MaxSPIs bounds the SPIs that are told apart on one link: each rekeying takes new
// ones.
const MaxSPIs = 256

// Certificate is what names its owner in a certificate that was sent in clear.
type Certificate struct {
	Subject, Issuer string   // common name, else organisation; empty: none was seen
	Names           []string // DNS names, at most 8
}

// Seen reports that there is anything in it.
func (c *Certificate) Seen() bool { return c.Subject != "" || c.Issuer != "" || len(c.Names) != 0 }

// HidesCertificates reports that the version is one that encrypts certificates: TLS
// 1.3 or DTLS 1.3.
func (s *Security) HidesCertificates() bool {
	return s.Negotiated && (s.Version == 0x0304 || s.Version == 0xfefc)
}

// States of a link, for FlowEvent.
const (
	FlowNew        = "new"        // seen for the first time to carry signaling
	FlowProtected  = "protected"  // from here on it is encrypted
	FlowNegotiated = "negotiated" // version, cipher suite and certificates are known as far as they can be
	FlowDowngraded = "downgraded" // was protected, or is to be, and carries readable signaling
	FlowRestarted  = "restarted"
	FlowClosed     = "closed"
	FlowIdle       = "idle" // nothing more came until the capture ended
)
