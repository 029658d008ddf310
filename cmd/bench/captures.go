package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"sigtransit/pkg/synth"
)

// seed of all captures: figures of two days are figures of the same octets.
const seed = 1

// octetsPerMessage is what a message takes in a capture, roughly; room is what is
// left free of a disk.
const (
	octetsPerMessage = 400
	room             = 1 << 30
)

// captures are the files that are measured over. Those that were there before
// are used and left alone.
type captures struct {
	dir   string
	print string
	made  []string
}

func newCaptures(ctx context.Context, dir string) (*captures, error) {
	print, err := child(ctx, "fingerprint")
	if err != nil {
		return nil, err
	}
	return &captures{dir: dir, print: string(print)}, os.MkdirAll(dir, 0o777)
}

// fingerprint, in a child, tells what the generator writes today: a capture of an older
// generator has another name and is not taken for one of this.
func fingerprint() (string, error) {
	h := sha256.New()
	if err := synth.WriteBench(h, 2000, seed); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:4]), nil
}

func (c *captures) name(messages int) string {
	return filepath.Join(c.dir, fmt.Sprintf("%d-%s.pcap", messages, c.print))
}

// errSpace: the capture does not fit on the disk.
var errSpace = errors.New("not enough space left on the disk")

// get is the capture of that many messages, made if it is not there yet. It is
// made in a child: see peakOf.
func (c *captures) get(ctx context.Context, messages int, log io.Writer) (string, error) {
	name := c.name(messages)
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	if free, ok := freeSpace(c.dir); ok && free-room < int64(messages)*octetsPerMessage {
		return "", fmt.Errorf("%s: %w", name, errSpace)
	}
	fmt.Fprintf(log, "making %s\n", name)
	part := name + ".part"
	defer os.Remove(part)
	if _, err := child(ctx, "generate", part, strconv.Itoa(messages)); err != nil {
		return "", err
	}
	c.made = append(c.made, name)
	return name, os.Rename(part, name)
}

// remove takes away what get has made.
func (c *captures) remove() {
	for _, name := range c.made {
		os.Remove(name)
	}
	os.Remove(c.dir) // succeeds only when it is empty
}

// generate is the child of get.
func generate(file string, messages int) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(synth.WriteBench(f, messages, seed), f.Close())
}

// warm brings a file into the page cache.
func warm(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	return err
}

// child runs this program for one of its own tasks and returns what it printed.
func child(ctx context.Context, args ...string) ([]byte, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, self, args...)
	c.Env = append(environment(os.Environ()), childVariable+"=1")
	complaint := tail{keep: errorTail}
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%s: %w: %s", args[0], err, complaint.kept)
	}
	return out, nil
}

// childVariable tells a copy of this program that it is one, netnsVariable that it has
// a network of its own.
const (
	childVariable = "SIGTRANSIT_BENCH_CHILD"
	netnsVariable = "SIGTRANSIT_BENCH_NETNS"
)
