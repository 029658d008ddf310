package rules

// nearest is the word that takes the fewest changes of a letter to become another one,
// the first of several; "" where each takes more than a third of its letters.
func nearest(word string, words []string) (best string) {
	least := len(word)/3 + 1
	for _, w := range words {
		if n := changes(word, w); n < least {
			best, least = w, n
		}
	}
	return best
}

// changes counts the letters to put in, take out or exchange (Levenshtein's distance).
func changes(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			other := corner
			if a[i] != b[j] {
				other++
			}
			corner = row[j+1]
			row[j+1] = min(other, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
