package roaming

import (
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/numbering"
)

// Owner is who has a number, a name or a network, for comparisons: it makes no party.
type Owner struct {
	// ID is Party.ID, or HomeID; "" where no operator is known.
	ID      string
	Country string // ISO 3166-1 alpha-2; "" for none
	// Declared: home's configuration or a partner file says so, and not public facts.
	Declared bool
}

// HomeID is Owner.ID of home.
const HomeID = "(home)"

// none knows public facts alone: it stands in the place of a nil table.
var none Table

func (t *Table) orNone() *Table {
	if t == nil {
		return &none
	}
	return t
}

// OwnerOfTitle is who has an international number. The table may be nil.
func (t *Table) OwnerOfTitle(d telecom.Digits) Owner {
	t = t.orNone()
	if ref := t.titles.lookup(d); ref != 0 {
		return t.owner(ref)
	}
	if o, ok := numbering.OperatorOfGT(d); ok {
		return t.ownerOf(o)
	}
	iso, _ := numbering.CountryOfGT(d)
	return Owner{Country: iso}
}

// OwnerOfName is who has a host or realm. The table may be nil.
func (t *Table) OwnerOfName(b []byte) Owner {
	t = t.orNone()
	ref, mcc, mnc, ok := t.declaredName(b)
	switch {
	case ref != 0:
		return t.owner(ref)
	case !ok:
		return Owner{}
	}
	if o, _, ok := numbering.NetworkOfRealm(mcc, mnc); ok {
		return t.ownerOf(o)
	}
	iso, _ := numbering.CountryOfMCC(mcc)
	return Owner{Country: iso}
}

// OwnerOfNetwork is who has a PLMN. The table may be nil.
func (t *Table) OwnerOfNetwork(p telecom.PLMN) Owner {
	t = t.orNone()
	if ref, ok := t.plmns[p]; ok {
		return t.owner(ref)
	}
	if o, ok := numbering.NetworkOf(p); ok {
		return t.ownerOf(o)
	}
	iso, _ := numbering.CountryOfMCC(p.MCC)
	return Owner{Country: iso}
}

// owner is who a reference is to.
func (t *Table) owner(ref uint32) Owner {
	if ref == refHome {
		o := Owner{ID: HomeID, Declared: true}
		if len(t.home.PLMNs) != 0 {
			o.Country, _ = numbering.CountryOfMCC(t.home.PLMNs[0].MCC)
		}
		return o
	}
	if p := t.Party(ref); p != nil {
		return Owner{p.ID, p.Country, p.Declared != nil}
	}
	return Owner{}
}

// ownerOf is an operator of the numbering data, which home and partners may know better.
func (t *Table) ownerOf(o *numbering.Operator) Owner {
	if ref, ok := t.operators[o.ID]; ok {
		return t.owner(ref)
	}
	return Owner{ID: o.ID, Country: o.Country}
}
