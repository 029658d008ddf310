//go:build race

package canary_test

const raceDetector = true
