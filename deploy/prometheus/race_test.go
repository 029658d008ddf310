//go:build race

package prometheus

const raced = true
