//go:build !linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
)

func runLive(_ context.Context, _ []string, _, stderr io.Writer) int {
	fmt.Fprintln(stderr, "bench live: live capture needs Linux")
	return 1
}

func liveChild(string, bool) error { return errors.New("live capture needs Linux") }

func fileChild(string, io.Writer) error { return errors.New("live capture needs Linux") }
