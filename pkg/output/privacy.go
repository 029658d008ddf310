package output

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"os"
	"strings"
	"unicode/utf8"

	"sigtransit/decoders/sccp"
	"sigtransit/decoders/telecom"
	"sigtransit/pkg/numbering"
	"sigtransit/pkg/signaling"
)

// Mode says how personal numbers (IMSI, MSISDN, IMEI) are written.
type Mode uint8

// Modes.
const (
	// Mask keeps what an engineer needs to recognise a network and to tell apart
	// the subscribers of one incident: of an IMSI the first five digits and the
	// last three, of an MSISDN the country code with two digits and the last two,
	// of an IMEI the type allocation code. It is the default.
	Mask Mode = iota
	// Pseudonym replaces a number by a keyed hash of it.
	Pseudonym
	// Clear writes numbers as they are.
	Clear
	numModes
)

var modeNames = [numModes]string{"mask", "pseudonym", "clear"}

func (m Mode) String() string { return modeNames[min(m, numModes-1)] }

// ParseMode is the inverse of Mode.String.
func ParseMode(s string) (Mode, error) {
	for i, n := range modeNames {
		if n == s {
			return Mode(i), nil
		}
	}
	return 0, fmt.Errorf("unknown privacy mode %q: want mask, pseudonym or clear", s)
}

// number is the kind of a personal number.
type number uint8

const (
	numberIMSI number = iota
	numberMSISDN
	numberIMEI
	numberOther // personal, kind unknown: a global title or a run of digits
)

// What a number is hashed with: "imsi:001010123456789" and so on. The label keeps
// an IMSI and an MSISDN of equal digits apart.
var numberLabels = [...]string{"imsi:", "msisdn:", "imei:", "number:"}

// Bounds of masking: a run of digits in a host or a Session-Id is taken for an
// IMSI from longRun on (an IMSI has at most 15 digits and hardly ever fewer than
// 14; the times and counters in Session-Ids are shorter).
const (
	longRun  = 14
	shortRun = 7 // shorter than any subscriber's number
	minStars = 4 // a mask hides at least this many digits
)

// Keys are the keys pseudonyms are made with. They are read only once built and
// may be shared.
type Keys struct {
	keys []namedKey // the first one makes pseudonyms

	// Ephemeral: made for this run only, because no key file was given.
	Ephemeral bool
	// WorldReadable: the key file lets every user of the machine read it.
	WorldReadable bool
}

type namedKey struct {
	id  string
	key []byte
}

// minKey is the shortest key accepted, octets: the length of the hash (RFC 2104 3).
const minKey = sha256.Size

// Limits of key files: files beyond are not key files.
const (
	maxKeyFile = 64 << 10
	maxKeyID   = 16
)

// Errors of key files.
var (
	ErrKeyShort = errors.New("the key is too short: want 32 octets or more (make one with: openssl rand -hex 32)")
	ErrKeyEmpty = errors.New("the file holds no key (make one with: openssl rand -hex 32)")
	ErrKeyLine  = errors.New("want one key a line, or a name and a key with a space between; a name has 1 to 16 of a-z, 0-9, hyphen and dot")
	ErrKeyTwice = errors.New("the name of the key stands twice")
	ErrKeyBig   = errors.New("the file is too big for a key file")
)

// NewEphemeralKeys makes a random key, so that one output tells subscribers apart
// and nothing links it to another.
func NewEphemeralKeys() *Keys {
	key := make([]byte, minKey)
	rand.Read(key) // never fails (crypto/rand)
	return &Keys{keys: []namedKey{{key: key}}, Ephemeral: true}
}

// LoadKey reads a key file. It holds either text, one key of 32 characters or
// more a line, each with a name before it if there are several ("2026q4 9f86…"),
// empty lines and lines that begin with # apart; or 32 octets or more of anything
// that is not text, which are one key as they stand. The characters of a line are
// the key: hexadecimal digits are not decoded. The first key makes pseudonyms;
// the others are there for Keys.Pseudonym to recognise old ones. To rotate, put a
// new line on top. A named key's pseudonyms carry the name: "h:2026q4:1f2e…".
func LoadKey(path string) (*Keys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if info.Size() > maxKeyFile {
		return nil, fmt.Errorf("key file %s: %w", path, ErrKeyBig)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	keys, line, err := parseKeys(data)
	switch {
	case err != nil && line > 0:
		return nil, fmt.Errorf("key file %s, line %d: %w", path, line, err)
	case err != nil:
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	keys.WorldReadable = info.Mode().IsRegular() && info.Mode().Perm()&0o004 != 0
	return keys, nil
}

func parseKeys(data []byte) (k *Keys, line int, err error) {
	k = &Keys{}
	if !isText(data) {
		if len(data) < minKey {
			return nil, 0, ErrKeyShort
		}
		k.keys = append(k.keys, namedKey{key: data})
		return k, 0, nil
	}
	for text := range strings.Lines(string(data)) {
		line++
		fields := strings.Fields(text)
		if len(fields) == 0 || fields[0][0] == '#' {
			continue
		}
		var id string
		if len(fields) == 2 {
			id, fields = fields[0], fields[1:]
			if !validKeyID(id) {
				return nil, line, ErrKeyLine
			}
		}
		if len(fields) != 1 {
			return nil, line, ErrKeyLine
		}
		if len(fields[0]) < minKey {
			return nil, line, ErrKeyShort
		}
		for _, other := range k.keys {
			if other.id == "" || id == "" {
				return nil, line, ErrKeyLine // several keys: each needs a name
			}
			if other.id == id {
				return nil, line, ErrKeyTwice
			}
		}
		k.keys = append(k.keys, namedKey{id: id, key: []byte(fields[0])})
	}
	if len(k.keys) == 0 {
		return nil, 0, ErrKeyEmpty
	}
	return k, 0, nil
}

func isText(data []byte) bool {
	for _, c := range data {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return utf8.Valid(data)
}

func validKeyID(id string) bool {
	for i := 0; i < len(id); i++ {
		c := id[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return len(id) <= maxKeyID
}

// IMSI gives the pseudonyms of an IMSI under every key, the current one first:
// what to look for in older output.
func (k *Keys) IMSI(imsi telecom.Digits) []string { return k.all(imsi, numberIMSI) }

// MSISDN is IMSI for an MSISDN.
func (k *Keys) MSISDN(msisdn telecom.Digits) []string { return k.all(msisdn, numberMSISDN) }

// Derive is a key for another use, from the key that makes pseudonyms: it tells
// nothing about that one. nil for a key of this run alone.
func (k *Keys) Derive(use string) []byte {
	if k.Ephemeral {
		return nil
	}
	mac := hmac.New(sha256.New, k.keys[0].key)
	mac.Write([]byte("derive:" + use))
	return mac.Sum(nil)
}

func (k *Keys) all(d telecom.Digits, kind number) (ids []string) {
	for i := range k.keys {
		p := Privacy{hasher: newHasher(&k.keys[i])}
		ids = append(ids, string(p.appendPseudonym(nil, d, kind)))
	}
	return ids
}

// hasher makes pseudonyms with one key. Subscribers come in runs (a dialogue has
// several messages), so it remembers the latest.
type hasher struct {
	prefix string // "h:" or "h:name:"
	mac    hash.Hash
	buf    []byte
	cache  [64]cachedPseudonym
}

type cachedPseudonym struct {
	digits telecom.Digits
	kind   number
	valid  bool
	hex    [16]byte
}

func newHasher(k *namedKey) *hasher {
	h := &hasher{prefix: "h:", mac: hmac.New(sha256.New, k.key), buf: make([]byte, 0, 64)}
	if k.id != "" {
		h.prefix += k.id + ":"
	}
	return h
}

func (h *hasher) append(b []byte, d telecom.Digits, kind number) []byte {
	b = append(b, h.prefix...)
	slot := &h.cache[(d.Hash()+uint64(kind))%uint64(len(h.cache))]
	if !slot.valid || slot.kind != kind || slot.digits != d {
		h.buf = append(h.buf[:0], numberLabels[kind]...)
		h.buf = appendDigits(h.buf, d)
		h.mac.Reset()
		h.mac.Write(h.buf)
		h.buf = h.mac.Sum(h.buf[:0])
		slot.digits, slot.kind, slot.valid = d, kind, true
		appendHexBytes(slot.hex[:0], h.buf[:8])
	}
	return append(b, slot.hex[:]...)
}

// Privacy writes personal numbers as the mode says. The numbers of the message at
// hand are set first, so that they are recognised wherever they turn up.
type Privacy struct {
	mode   Mode
	hasher *hasher

	// Numbers of the subscriber of the message at hand.
	subject    [6]subjectNumber
	numSubject int
}

type subjectNumber struct {
	digits telecom.Digits
	kind   number
}

// newPrivacy: keys nil means an ephemeral key.
func newPrivacy(mode Mode, keys *Keys) Privacy {
	if keys == nil {
		keys = NewEphemeralKeys()
	}
	return Privacy{mode: mode, hasher: newHasher(&keys.keys[0])}
}

func (p *Privacy) setMessage(m *signaling.Message) {
	p.numSubject = 0
	p.addSubject(m.IMSI, numberIMSI)
	p.addSubject(m.MSISDN, numberMSISDN)
	if a := m.MAP; a != nil {
		p.addSubject(a.IMSI, numberIMSI)
		p.addSubject(a.MSISDN, numberMSISDN)
	}
	if a := m.Diameter; a != nil {
		p.addSubject(a.IMSI, numberIMSI)
		p.addSubject(a.MSISDN, numberMSISDN)
	}
}

func (p *Privacy) addSubject(d telecom.Digits, kind number) {
	if d.Len() < shortRun {
		return
	}
	for i := range p.subject[:p.numSubject] {
		if p.subject[i].digits == d {
			return
		}
	}
	p.subject[p.numSubject] = subjectNumber{d, kind}
	p.numSubject++
}

// appendNumber appends a personal number in the form of the mode. The text needs
// no escaping.
func (p *Privacy) appendNumber(b []byte, d telecom.Digits, kind number) []byte {
	switch p.mode {
	case Clear:
		return appendDigits(b, d)
	case Pseudonym:
		return p.hasher.append(b, d, kind)
	}
	from := len(b)
	b = appendDigits(b, d)
	mask(b[from:], kind)
	return b
}

// appendPseudonym appends the pseudonym whatever the mode.
func (p *Privacy) appendPseudonym(b []byte, d telecom.Digits, kind number) []byte {
	return p.hasher.append(b, d, kind)
}

// mask writes stars over the middle of s, which holds digits. A number too short
// to hide minStars digits is hidden whole.
func mask(s []byte, kind number) {
	head, tail := 5, 3 // mobile country and network code
	switch kind {
	case numberMSISDN:
		head, tail = countryCodeLen(s)+2, 2
	case numberIMEI:
		head, tail = 8, 0 // type allocation code (TS 23.003 6.2.1)
	}
	if len(s) < head+minStars+tail {
		head, tail = 0, 0
	}
	for i := head; i < len(s)-tail; i++ {
		s[i] = '*'
	}
}

// countryCodeLen is the length of the country code at the head of an international
// number.
func countryCodeLen(s []byte) int {
	if len(s) < 2 {
		return len(s)
	}
	return numbering.CodeLength(s[0]-'0', s[1]-'0')
}

// subjectIn finds a number of the subscriber at hand within digits.
func (p *Privacy) subjectIn(digits telecom.Digits) (number, bool) {
	for i := range p.subject[:p.numSubject] {
		s := &p.subject[i]
		if contains(digits, s.digits) {
			return s.kind, true
		}
		// A global title of E.214, or one made like it, ends in the MSIN of the IMSI.
		if n := s.digits.Len(); s.kind == numberIMSI && n >= longRun && contains(digits, s.digits.Drop(n-9)) {
			return numberOther, true
		}
	}
	return 0, false
}

func contains(d, part telecom.Digits) bool {
	for at := 0; at+part.Len() <= d.Len(); at++ {
		i := 0
		for i < part.Len() && d.At(at+i) == part.At(i) {
			i++
		}
		if i == part.Len() {
			return true
		}
	}
	return false
}

// appendNode appends the number of a network node, which is not personal, unless
// it is the subscriber's own after all (a misused field, a hostile sender).
func (p *Privacy) appendNode(b []byte, d telecom.Digits) []byte {
	if p.mode != Clear && d.Len() >= shortRun {
		if kind, ok := p.subjectIn(d); ok {
			return p.appendNumber(b, d, kind)
		}
	}
	return appendDigits(b, d)
}

// appendGT appends the global title of an SCCP address. Titles of numbering plans
// E.212 and E.214 are made from an IMSI (Q.713 3.4.2.3.3; ITU-T E.214 4).
func (p *Privacy) appendGT(b []byte, a *sccp.Address) []byte {
	if personalPlan(a) {
		return p.appendNumber(b, a.GT, numberOther)
	}
	return p.appendNode(b, a.GT)
}

func personalPlan(a *sccp.Address) bool {
	return (a.GTI == 3 || a.GTI == 4) && (a.NP == 6 || a.NP == 7)
}

// appendScrubbed appends s as the inside of a JSON string; long runs of digits,
// and runs that hold a number of the subscriber at hand, are written as the mode
// says.
func appendScrubbed[S ~string | ~[]byte](p *Privacy, b []byte, s S, minRun int) []byte {
	if p.mode == Clear {
		return appendEscaped(b, s)
	}
	start := 0
	for i := 0; i < len(s); {
		switch octetClass[s[i]] {
		case octetPlain:
			i++
		case octetDigit:
			end := i + 1
			for end < len(s) && octetClass[s[end]] == octetDigit {
				end++
			}
			if end-i >= shortRun {
				d, ok := digitsOf(s[i:end])
				kind, personal := p.personalRun(d, end-i, minRun)
				if personal {
					b = append(b, s[start:i]...)
					b = p.appendRun(b, d, ok, kind)
					start = end
				}
			}
			i = end
		default:
			b = append(b, s[start:i]...)
			b, i = appendEscape(b, s, i)
			start = i
		}
	}
	return append(b, s[start:]...)
}

// digitsOf packs a run of decimal digits; ok is false when there are more than a
// Digits holds.
func digitsOf[S ~string | ~[]byte](run S) (d telecom.Digits, ok bool) {
	var buf [telecom.MaxDigits]byte
	if len(run) > len(buf) {
		return d, false
	}
	return telecom.DigitsFromASCII(buf[:copy(buf[:], run)])
}

func (p *Privacy) personalRun(d telecom.Digits, length, minRun int) (number, bool) {
	if kind, ok := p.subjectIn(d); ok {
		return kind, true
	}
	return numberOther, length >= minRun
}

func (p *Privacy) appendRun(b []byte, d telecom.Digits, ok bool, kind number) []byte {
	if !ok { // more digits than any number has
		return append(b, "****"...)
	}
	return p.appendNumber(b, d, kind)
}
