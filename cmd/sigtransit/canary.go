package main

import (
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"sigtransit/pkg/canary"
)

func (e *env) canary() *cobra.Command {
	c := &cobra.Command{
		Use:   "canary",
		Short: "prove over a real connection that the mirror sees and flags",
		Long: `canary sends marked test messages over a real connection, whose frames the mirror of
the daemon should show. One end listens, the other one sends; the daemon that has
the canary in its configuration (canaries: [{name: tap-hk, id: 7}]) counts the messages
and whether they were flagged as they should be.

Over SCTP they are M3UA with MAP sendAuthenticationInfo, over TCP Diameter with
Authentication-Information. The subscriber is of test PLMN 001-01, global titles of
country code 999, names below example.net, the vectors say CANARY-NOT-A-KEY: nothing
in them is anybody's. Each exchange is a line on standard output.

Run both ends beside the links that the tap is to show, never on a link of the network.`,
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(e.canaryListen(), e.canarySend())
	return c
}

// transportFlag adds --transport; what it returns reads it.
func transportFlag(c *cobra.Command) func() (canary.Transport, error) {
	name := c.Flags().String("transport", canary.SCTP.String(), "`sctp` (M3UA with MAP) or tcp (Diameter)")
	return func() (canary.Transport, error) {
		t, err := canary.ParseTransport(*name)
		if err != nil {
			return t, usageError{fmt.Errorf("--transport: %w", err)}
		}
		return t, nil
	}
}

// hostPort refuses what is no address before anything is tried.
func hostPort(s string) error {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return usageError{fmt.Errorf("%q is no address with a port; want for example 192.0.2.1:2905", s)}
	}
	return nil
}

func (e *env) canaryListen() *cobra.Command {
	c := &cobra.Command{
		Use:   "listen ADDRESS",
		Short: "the end that answers",
		Long: `listen answers canaries until it is ended (SIGTERM, SIGINT: with leave taken, exit
code 0). It knows no other subscriber and no other command. An address is host and port,
":2905" for all of this machine; over SCTP several addresses of a host may stand before
the port, with slashes between: 192.0.2.1/198.51.100.1:2905.`,
		Example: `  sigtransit canary listen :2905
  sigtransit canary listen --transport tcp 192.0.2.1:3868`,
		Args: args(cobra.ExactArgs(1)),
	}
	transport := transportFlag(c)
	c.RunE = func(c *cobra.Command, a []string) error {
		t, err := transport()
		if err == nil {
			err = hostPort(a[0])
		}
		if err != nil {
			return err
		}
		log := slog.New(slog.NewTextHandler(e.stderr, nil))
		return canary.Listen(c.Context(), canary.ListenOptions{
			Transport: t, Address: a[0], Log: log,
			Opened: func(address string) { log.Info("listening", "transport", t.String(), "address", address) },
			Report: func(x canary.Exchange) { e.exchange(x, "answered", "to") },
		})
	}
	return c
}

func (e *env) canarySend() *cobra.Command {
	c := &cobra.Command{
		Use:   "send HOST:PORT",
		Short: "the end that asks",
		Long: `send connects to a listening end, asks for the vectors of its test subscriber, and again
after each interval. A connection that fails is tried again, at most a minute later.

It runs until it is ended (SIGTERM, SIGINT: exit code 0), or with --count until so many
exchanges were tried: exit code 1 when one of them was not answered.`,
		Example: `  sigtransit canary send --id 7 192.0.2.1:2905
  sigtransit canary send --id 7 --transport tcp --count 1 192.0.2.1:3868`,
		Args: args(cobra.ExactArgs(1)),
	}
	transport := transportFlag(c)
	f := c.Flags()
	id := f.Int("id", 0, "`number` of the canary, 0 to 99: that of the daemon's configuration")
	interval := f.Duration("interval", time.Minute, "`time` from one exchange to the next")
	count := f.Int("count", 0, "end after so many exchanges; 0: never")
	c.RunE = func(c *cobra.Command, a []string) error {
		t, err := transport()
		if err == nil {
			err = hostPort(a[0])
		}
		switch {
		case err != nil:
			return err
		case *id < 0 || *id > canary.MaxID:
			return usageError{fmt.Errorf("--id: %d is out of range; want 0 to %d", *id, canary.MaxID)}
		case *interval < 10*time.Millisecond:
			return usageError{fmt.Errorf("--interval: %v is too short; want at least 10ms", *interval)}
		case *count < 0:
			return usageError{fmt.Errorf("--count: %d is out of range; want 0 or more", *count)}
		}
		return canary.Send(c.Context(), canary.SendOptions{
			Transport: t, Address: a[0], ID: uint8(*id), Interval: *interval, Count: *count,
			Log:    slog.New(slog.NewTextHandler(e.stderr, nil)),
			Report: func(x canary.Exchange) { e.exchange(x, "answered", "by") },
		})
	}
	return c
}

// exchange writes the line of an exchange.
func (e *env) exchange(x canary.Exchange, verb, preposition string) {
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	if x.Err != nil {
		fmt.Fprintf(e.stdout, "%s %v: failed, %s: %v\n", now, x.Mark, x.Peer, x.Err)
		return
	}
	fmt.Fprintf(e.stdout, "%s %v: %s %s %s, %d vectors, %v\n", now, x.Mark, verb, preposition, x.Peer, x.Vectors, x.Took.Round(time.Microsecond))
}
