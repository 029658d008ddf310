package synth

// Rand is a small generator of reproducible numbers (splitmix64). Unlike the
// generators of the standard library its sequence is fixed by this package. It
// is not fit for keys: what it makes only has to look like them. The zero value
// is a valid generator with seed 0.
type Rand struct {
	state uint64
	fill  string // what Append repeats in the place of the sequence
}

// NewRand starts the sequence of seed.
func NewRand(seed int64) *Rand { return &Rand{state: uint64(seed)} }

// Fill is a generator whose Append repeats text: for keys and vectors that nobody
// shall take for real ones. Its numbers are those of seed 0.
func Fill(text string) *Rand { return &Rand{fill: text} }

// Uint64 is the next number.
func (r *Rand) Uint64() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Uint32 is the upper half of the next number.
func (r *Rand) Uint32() uint32 { return uint32(r.Uint64() >> 32) }

// Intn is a number from 0 to n-1; n must be positive. The bias of the modulus is
// below 2^-32 for every n used here.
func (r *Rand) Intn(n int) int { return int(r.Uint64() >> 1 % uint64(n)) }

// Permille is true n times in a thousand.
func (r *Rand) Permille(n int) bool { return r.Intn(1000) < n }

// Append appends n octets of the sequence to b.
func (r *Rand) Append(b []byte, n int) []byte {
	if r.fill != "" {
		for i := range n {
			b = append(b, r.fill[i%len(r.fill)])
		}
		return b
	}
	for n >= 8 {
		v := r.Uint64()
		b = append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24), byte(v>>32), byte(v>>40), byte(v>>48), byte(v>>56))
		n -= 8
	}
	if n > 0 {
		for v := r.Uint64(); n > 0; n-- {
			b = append(b, byte(v))
			v >>= 8
		}
	}
	return b
}
