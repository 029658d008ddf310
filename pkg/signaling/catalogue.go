package signaling

// Operation is an index into the catalogue of operations; 0 is unknown.
type Operation uint16

// OperationInfo is what the catalogue knows of one operation.
type OperationInfo struct {
	Protocol Protocol
	App      uint32 // Diameter application id
	Code     uint32 // MAP or CAP local operation code, Diameter command code
	Name     string // as the standard writes it: updateLocation, ULR
	Answer   string // Diameter: abbreviation of the answer, ULA
	Class    Class
}
