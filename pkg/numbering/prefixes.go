package numbering

import (
	"errors"
	"strings"

	"sigtransit/decoders/telecom"
)

// prefixes finds the longest prefix of a number. Entries are sorted by their digits,
// left-aligned, the shorter first; each knows the longest other entry that it begins with.
// The entry before the place of a number then is its longest prefix, or begins with it.
type prefixes struct {
	key   []uint64 // 16 digits at most
	size  []uint8
	up    []int32 // -1: none
	value []uint16
}

var errPrefix = errors.New("want a prefix of 1 to 15 digits, greater than the one before")

// grow makes room for n entries.
func (p *prefixes) grow(n int) {
	p.key, p.size = make([]uint64, 0, n), make([]uint8, 0, n)
	p.up, p.value = make([]int32, 0, n), make([]uint16, 0, n)
}

// add appends an entry. Prefixes come in the order of their text.
func (p *prefixes) add(digits string, value uint16) error {
	d, ok := telecom.DigitsFromASCII([]byte(digits))
	if !ok || d.Len() > 15 {
		return errPrefix
	}
	key, _ := d.Words()
	n := len(p.key)
	up := int32(n) - 1
	for up >= 0 && !p.has(up, key, d.Len()) {
		up = p.up[up]
	}
	if n > 0 && (key < p.key[n-1] || key == p.key[n-1] && d.Len() <= int(p.size[n-1])) {
		return errPrefix
	}
	p.key, p.size = append(p.key, key), append(p.size, uint8(d.Len()))
	p.up, p.value = append(p.up, up), append(p.value, value)
	return nil
}

// addBlocks appends a prefix, or with a hyphen and a digit behind it those up to the one
// that ends in this digit.
func (p *prefixes) addBlocks(blocks string, value uint16) error {
	first, last, several := strings.Cut(blocks, "-")
	if err := p.add(first, value); err != nil || !several {
		return err
	}
	n := len(first) - 1
	if len(last) != 1 || last[0] > '9' || last[0] <= first[n] {
		return errPrefix
	}
	for c := first[n] + 1; c <= last[0]; c++ {
		var b [15]byte
		if err := p.add(string(append(append(b[:0], first[:n]...), c)), value); err != nil {
			return err
		}
	}
	return nil
}

// has says whether the digits of key, n of them, begin with entry i.
func (p *prefixes) has(i int32, key uint64, n int) bool {
	return int(p.size[i]) <= n && (key^p.key[i])>>(64-4*uint(p.size[i])) == 0
}

// longest is the value of the longest prefix of d; 0 if there is none.
func (p *prefixes) longest(d telecom.Digits) (value uint16, ok bool) {
	key, _ := d.Words()
	lo, hi := 0, len(p.key)
	for lo < hi {
		if m := int(uint(lo+hi) >> 1); p.key[m] <= key {
			lo = m + 1
		} else {
			hi = m
		}
	}
	for i := int32(lo) - 1; i >= 0; i = p.up[i] {
		if p.has(i, key, d.Len()) {
			return p.value[i], true
		}
	}
	return 0, false
}
