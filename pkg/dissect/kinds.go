package dissect

import (
	"strings"

	"sigtransit/decoders/m2pa"
	"sigtransit/decoders/m2ua"
	"sigtransit/decoders/m3ua"
	"sigtransit/decoders/sccp"
	"sigtransit/decoders/sua"
)

// Kinds counts by kind the messages that carry no user data of TCAP: of adaptation
// layers by class and type, states of M2PA links, SCCP connections and management.
// The last of each list is for what the standard does not have.
type Kinds struct {
	M3UA       [10*typesPerClass + 1]uint64
	M2UA       [11*typesPerClass + 1]uint64
	SUA        [10*typesPerClass + 1]uint64
	M2PA       [10 + 1]uint64
	Connection [sccp.IT + 1]uint64 // by message type of SCCP
	Management [9 + 1]uint64       // SSA to SSC by number, then SBR, SNR, SRT
}

// typesPerClass is room for the types of a message class: M2UA has 15 in one.
const typesPerClass = 16

// kindOf is the place of a class and a type in a list.
func kindOf(list []uint64, class, typ uint8) *uint64 {
	if i := int(class)*typesPerClass + int(typ); typ < typesPerClass && i < len(list) {
		return &list[i]
	}
	return &list[len(list)-1]
}

// managementKind is the place of an SCCP management message.
func (k *Kinds) managementKind(t sccp.ManagementType) *uint64 {
	switch {
	case t >= sccp.SBR:
		return &k.Management[7+t-sccp.SBR]
	case t <= sccp.SSC:
		return &k.Management[t]
	}
	return &k.Management[0]
}

// kindNames are the names of the counters of Kinds, in the order of its fields;
// empty where the standard has no such message.
var kindNames = func() (n struct {
	m3ua, m2ua, sua, m2pa, connection, management []string
}) {
	word := func(layer, s string) string {
		if s == "" {
			return ""
		}
		return layer + "_" + strings.ReplaceAll(strings.ToLower(s), "-", "_")
	}
	classes := func(layer string, size int, name func(class, typ uint8) string) (out []string) {
		for i := range size - 1 {
			out = append(out, word(layer, name(uint8(i/typesPerClass), uint8(i%typesPerClass))))
		}
		return append(out, layer+"_other")
	}
	var k Kinds
	n.m3ua = classes("m3ua", len(k.M3UA), m3ua.TypeName)
	n.m2ua = classes("m2ua", len(k.M2UA), m2ua.TypeName)
	n.sua = classes("sua", len(k.SUA), sua.TypeName)
	for i := range len(k.M2PA) - 1 {
		n.m2pa = append(n.m2pa, word("m2pa_link", m2pa.StateName(uint32(i))))
	}
	n.m2pa[0] = "m2pa_empty" // user data without a message: it acknowledges
	n.m2pa = append(n.m2pa, "m2pa_other")
	for t := range sccp.MessageType(len(k.Connection)) {
		name := ""
		if t.ConnectionOriented() {
			name = t.String()
		}
		n.connection = append(n.connection, word("sccp", name))
	}
	n.management = append(n.management, "scmg_other")
	for _, t := range []sccp.ManagementType{sccp.SSA, sccp.SSP, sccp.SST, sccp.SOR, sccp.SOG, sccp.SSC, sccp.SBR, sccp.SNR, sccp.SRT} {
		n.management = append(n.management, word("scmg", t.String()))
	}
	return n
}()

// Each calls f for every kind, in a stable order. Counts of classes and types that
// the standards do not have are added to those of the layer's others.
func (k *Kinds) Each(f func(name string, n uint64)) {
	for _, list := range [...]struct {
		names  []string
		counts []uint64
	}{
		{kindNames.m3ua, k.M3UA[:]}, {kindNames.m2ua, k.M2UA[:]}, {kindNames.sua, k.SUA[:]}, {kindNames.m2pa, k.M2PA[:]},
		{kindNames.connection, k.Connection[:]}, {kindNames.management, k.Management[:]},
	} {
		last, other := len(list.counts)-1, uint64(0)
		for i, n := range list.counts {
			switch {
			case list.names[i] == "":
				other += n
			case i == last:
				f(list.names[i], n+other)
			default:
				f(list.names[i], n)
			}
		}
	}
}
