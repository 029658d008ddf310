package signaling

import (
	"math"
	"sync/atomic"
)

// Operation is an index into the catalogue of operations; 0 is unknown. The
// numbers belong to one build: they are not stable and are never written out.
type Operation uint16

// OperationInfo is what the catalogue knows of one operation.
type OperationInfo struct {
	Protocol Protocol
	App      uint32 // Diameter application id
	Code     uint32 // MAP or CAP local operation code, private code of ANSI TCAP, Diameter command code
	Name     string // as the standard writes it: updateLocation, ULR
	Answer   string // Diameter: abbreviation of the answer, ULA
	Class    Class
}

// catalogue is the table an Operation indexes, with the ways into it.
type catalogue struct {
	infos    []OperationInfo
	mapCodes [128]Operation // by local operation code
	capCodes [128]Operation
	ansi41   [128]Operation // by operation specifier
	// commands is an open-addressing hash table over application and command,
	// never more than a third full: nearly every look-up is one probe.
	commands [commandSlots]commandSlot
	names    map[string][]Operation
	apps     map[uint32]string // names of applications that were defined
}

type commandSlot struct {
	app, command uint32
	op           Operation
}

const (
	commandBits  = 10
	commandSlots = 1 << commandBits

	// anyApplication keys the entry that answers for a command in an application
	// the catalogue does not know. It is no application id of the registry: the
	// relay's 0xffffffff never stands in a command (RFC 6733 2.4).
	anyApplication = math.MaxUint32
)

// current is replaced as a whole when something is defined.
var current = func() *atomic.Pointer[catalogue] {
	p := new(atomic.Pointer[catalogue])
	p.Store(buildCatalogue())
	return p
}()

func buildCatalogue() *catalogue {
	c := &catalogue{names: make(map[string][]Operation)}
	c.add(OperationInfo{Name: "unknown"})
	for _, o := range mapOperations {
		c.mapCodes[o.code] = c.add(OperationInfo{Protocol: MAP, Code: o.code, Name: o.name, Class: o.class})
	}
	for _, o := range capOperations {
		c.capCodes[o.code] = c.add(OperationInfo{Protocol: CAP, Code: o.code, Name: o.name, Class: o.class})
	}
	for _, o := range ansi41Operations {
		c.ansi41[o.code] = c.add(OperationInfo{Protocol: TCAP, Code: familyANSI41<<8 | o.code, Name: o.name, Class: o.class})
	}
	for _, o := range diameterCommands {
		for i, app := range o.apps {
			op := c.add(OperationInfo{Protocol: Diameter, App: app, Code: o.code, Name: o.name, Answer: o.answer, Class: o.class})
			c.putCommand(app, o.code, op)
			if i == 0 && c.command(anyApplication, o.code) == 0 {
				c.putCommand(anyApplication, o.code, op)
			}
		}
	}
	return c
}

func (c *catalogue) add(o OperationInfo) Operation {
	op := Operation(len(c.infos))
	c.infos = append(c.infos, o)
	if op != 0 {
		c.names[o.Name] = append(c.names[o.Name], op)
		if o.Protocol == Diameter {
			if app := c.application(o.App); app != "" {
				c.names[app+"/"+o.Name] = append(c.names[app+"/"+o.Name], op)
			}
		}
	}
	return op
}

func commandHash(app, command uint32) uint32 {
	return uint32((uint64(app)<<32 | uint64(command)) * 0x9e3779b97f4a7c15 >> (64 - commandBits))
}

func (c *catalogue) putCommand(app, command uint32, op Operation) {
	h := commandHash(app, command)
	for c.commands[h].op != 0 {
		h = (h + 1) % commandSlots
	}
	c.commands[h] = commandSlot{app, command, op}
}

func (c *catalogue) command(app, command uint32) Operation {
	for h := commandHash(app, command); ; h = (h + 1) % commandSlots {
		s := &c.commands[h]
		if s.op == 0 || s.app == app && s.command == command {
			return s.op
		}
	}
}

// MAPOperation is the operation of a local code of 3GPP TS 29.002 17.5, or of an
// older edition of it or GSM 09.02; 0 when the catalogue has none.
func MAPOperation(code int32) Operation {
	if c := current.Load(); uint32(code) < uint32(len(c.mapCodes)) {
		return c.mapCodes[code]
	}
	return 0
}

// CAPOperation is the operation of a local code of 3GPP TS 29.078; 0 when the
// catalogue has none.
func CAPOperation(code int32) Operation {
	if c := current.Load(); uint32(code) < uint32(len(c.capCodes)) {
		return c.capCodes[code]
	}
	return 0
}

// DiameterOperation is the operation of a command within an application. A
// command in an application that does not define it gives the entry of the
// application that does: base commands are at home everywhere, and an agent that
// writes a wrong application id must not hide what it carries. 0 is unknown.
func DiameterOperation(app, command uint32) Operation {
	c := current.Load()
	if op := c.command(app, command); op != 0 {
		return op
	}
	return c.command(anyApplication, command)
}

// NumOperations is the number of entries, the unknown one included: valid values
// of Operation are 0 to NumOperations-1.
func NumOperations() int { return len(current.Load().infos) }

// Info is the entry of o: never nil, the unknown entry (class other) when o is
// out of range. It must not be changed.
func (o Operation) Info() *OperationInfo {
	c := current.Load()
	if int(o) >= len(c.infos) {
		o = 0
	}
	return &c.infos[o]
}

// String is the name of the operation; "unknown" for 0.
func (o Operation) String() string { return o.Info().Name }

// LookupOperation finds an operation by its name: "updateLocation", "initialDP",
// "ULR", or "SWx/MAR" where applications share an abbreviation. An abbreviation
// alone gives the first application of the catalogue that has it; use
// LookupOperations for all of them.
func LookupOperation(name string) (Operation, bool) {
	if ops := current.Load().names[name]; len(ops) > 0 {
		return ops[0], true
	}
	return 0, false
}

// LookupOperations finds every operation of a name; nil when there is none. The
// slice must not be changed.
func LookupOperations(name string) []Operation { return current.Load().names[name] }
