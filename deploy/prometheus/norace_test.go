//go:build !race

package prometheus

const raced = false
