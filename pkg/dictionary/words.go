package dictionary

import (
	"strings"

	"sigtransit/decoders/diameter"
)

// types are the data formats of RFC 6733 4.2 to 4.4, as go-diameter names them.
var types = map[string]diameter.AVPType{
	"OctetString": diameter.TypeOctets, "UTF8String": diameter.TypeText, "DiameterURI": diameter.TypeText,
	"IPFilterRule": diameter.TypeText, "QoSFilterRule": diameter.TypeText, "IPv4": diameter.TypeOctets, "IPv6": diameter.TypeOctets,
	"Unsigned32": diameter.TypeWord, "Integer32": diameter.TypeWord, "Enumerated": diameter.TypeWord, "Time": diameter.TypeWord, "Float32": diameter.TypeWord,
	"Unsigned64": diameter.TypeQuad, "Integer64": diameter.TypeQuad, "Float64": diameter.TypeQuad,
	"Address": diameter.TypeAddress, "DiameterIdentity": diameter.TypeIdentity, "Grouped": diameter.TypeGroup,
}

// uses are the words of the attribute sigtransit, beside the roles of nodes.
var uses = []struct {
	word string
	use  diameter.Use
}{
	{"imsi", diameter.UseIMSI}, {"msisdn", diameter.UseMSISDN}, {"imei", diameter.UseIMEI}, {"visited-plmn", diameter.UsePLMN},
	{"location", diameter.UseCell}, {"cell", diameter.UseCell}, {"position", diameter.UsePosition}, {"location-age", diameter.UseAge},
	{"state", diameter.UseState}, {"vectors", diameter.UseVectors}, {"keys", diameter.UseKeys}, {"sms", diameter.UseSMS},
	{"subscriber-data", diameter.UseProfile},
	{"dess-signature", diameter.UseSignature}, {"dess-signer", diameter.UseSigner}, {"dess-encrypted", diameter.UseEncrypted},
}

// realmSuffix marks a role whose name is a realm: serving-node-realm.
const realmSuffix = "-realm"

// roleWord is the word of a role: mme-number, serving-node, node.
func roleWord(r diameter.NodeRole) string { return strings.ReplaceAll(r.String(), "_", "-") }

func useWords() []string {
	var words []string
	for _, u := range uses {
		words = append(words, u.word)
	}
	for r := diameter.NodeNone + 1; r < diameter.NumNodeRoles; r++ {
		words = append(words, roleWord(r))
	}
	return append(words, "serving-node"+realmSuffix+" and the like")
}

// parseUse reads the attribute sigtransit into an entry.
func parseUse(word string, e *diameter.Entry) bool {
	for _, u := range uses {
		if u.word == word {
			e.Use = u.use
			return true
		}
	}
	name, realm := strings.CutSuffix(word, realmSuffix)
	for r := diameter.NodeNone + 1; r < diameter.NumNodeRoles; r++ {
		if roleWord(r) == name {
			e.Use, e.Role, e.Realm = diameter.UseNode, r, realm
			return true
		}
	}
	return false
}

// known are AVPs of the standards whose meaning a vendor's AVP of the same name has,
// alone or behind a prefix: Acme-IMSI.
var known = []struct{ name, use string }{
	{"imsi", "imsi"}, {"msisdn", "msisdn"}, {"imei", "imei"}, {"imeisv", "imei"}, {"visited-plmn-id", "visited-plmn"},
	{"mme-name", "serving-node"}, {"mme-realm", "serving-node-realm"}, {"sgsn-name", "serving-node"}, {"sgsn-realm", "serving-node-realm"},
	{"mme-number-for-mt-sms", "mme-number"}, {"sgsn-number", "sgsn-number"}, {"msc-number", "msc-number"}, {"vlr-number", "vlr-number"},
	{"smsf-number", "smsf-number"}, {"sgsn-address", "serving-node"}, {"ggsn-address", "gateway"}, {"gmlc-number", "gmlc"}, {"sc-address", "node"},
}

// nameUse finds the use of a vendor's AVP by its name, if its type can hold that.
func nameUse(e *diameter.Entry) {
	name := strings.ToLower(e.Name)
	for _, k := range known {
		if name != k.name && !strings.HasSuffix(name, "-"+k.name) {
			continue
		}
		with := *e
		if parseUse(k.use, &with) && fits(&with) == "" {
			*e = with
		}
		return
	}
}

// fits tells what is wrong with the type of an entry for its use; empty: nothing.
func fits(e *diameter.Entry) string {
	one := func(want string, types ...diameter.AVPType) string {
		for _, t := range types {
			if e.Type == t {
				return ""
			}
		}
		return "its use needs " + want
	}
	switch e.Use {
	case diameter.UseIMSI, diameter.UseIMEI, diameter.UsePLMN, diameter.UseMSISDN:
		return one("a UTF8String or an OctetString", diameter.TypeText, diameter.TypeOctets)
	case diameter.UseSigner:
		return one("a DiameterIdentity or text", diameter.TypeIdentity, diameter.TypeText, diameter.TypeOctets)
	case diameter.UseProfile:
		return one("a Grouped AVP or octets", diameter.TypeGroup, diameter.TypeOctets, diameter.TypeText)
	case diameter.UseNode:
		return one("a DiameterIdentity, an Address, a UTF8String or an OctetString", diameter.TypeIdentity, diameter.TypeAddress, diameter.TypeText, diameter.TypeOctets)
	}
	return ""
}
