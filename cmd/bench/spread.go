package main

import (
	"math"
	"slices"
	"strconv"
)

// spread is what is kept of the rounds: on a machine with other work the median
// says what the program costs, and the ends say how far to trust it.
type spread struct {
	min, median, max float64
	n                int // rounds; 0: not measured
}

// spreadOf leaves values alone. The median of an even number is the mean of the
// middle two.
func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	v := slices.Clone(values)
	slices.Sort(v)
	s := spread{min: v[0], median: v[len(v)/2], max: v[len(v)-1], n: len(v)}
	if len(v)%2 == 0 {
		s.median = (v[len(v)/2-1] + v[len(v)/2]) / 2
	}
	return s
}

// pairwise divides round by round: what disturbed the machine in a round
// disturbed both sides of its ratio. A round in which either was lost in the noise, as
// less says by zero, is left out, as are rounds that only one side has.
func pairwise(a, b []float64) []float64 {
	var r []float64
	for i := range min(len(a), len(b)) {
		if a[i] > 0 && b[i] > 0 {
			r = append(r, a[i]/b[i])
		}
	}
	return r
}

// less takes b off a, round by round, and never goes below zero: a small capture
// may take less than its noise.
func less(a, b []float64) []float64 {
	r := make([]float64, min(len(a), len(b)))
	for i := range r {
		r[i] = max(a[i]-b[i], 0)
	}
	return r
}

func scale(v []float64, by float64) []float64 {
	r := make([]float64, len(v))
	for i := range v {
		r[i] = v[i] * by
	}
	return r
}

// inverse is by/v of the values that are not zero.
func inverse(v []float64, by float64) []float64 {
	var r []float64
	for _, x := range v {
		if x > 0 {
			r = append(r, by/x)
		}
	}
	return r
}

// number is v for people: three significant digits or all before the point, and
// separators between thousands.
func number(v float64) string {
	switch a := math.Abs(v); {
	case v == 0:
		return "0"
	case a < 0.00005:
		return "<0.0001"
	case a < 0.1:
		return strconv.FormatFloat(v, 'f', 4, 64)
	case a < 9.995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case a < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return thousands(int64(math.Round(v)))
}

func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(s) - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
