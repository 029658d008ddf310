package canary_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"sigtransit/pkg/canary"
)

// listening is a listening end at an address; end ends it, and wants no error.
func listening(t *testing.T, address string) (at string, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	opened, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- canary.Listen(ctx, canary.ListenOptions{
			Transport: canary.TCP, Address: address, Log: slog.New(slog.DiscardHandler),
			Opened: func(a string) { opened <- a }, Report: func(canary.Exchange) {},
		})
	}()
	select {
	case at = <-opened:
	case err := <-done:
		t.Fatal(err)
	}
	var ended atomic.Bool
	end = func() {
		if ended.Swap(true) {
			return
		}
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("the listening end: %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Error("the listening end does not end")
		}
	}
	t.Cleanup(end)
	return at, end
}

// TestListenHostile: octets that are no Diameter, or too many, end the connection they
// came by and no other.
func TestListenHostile(t *testing.T) {
	at, _ := listening(t, "127.0.0.1:0")
	for name, octets := range map[string]string{
		"not Diameter":   "GET / HTTP/1.1\r\n\r\n",
		"too long":       "\x01\xff\xff\xfc\x80\x00\x01\x01",
		"below a header": "\x01\x00\x00\x08\x80\x00\x01\x01",
	} {
		c, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, octets); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		// A reset is as good an end as any: octets were left unread.
		if b, err := io.ReadAll(c); len(b) != 0 || errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
			t.Errorf("%s: %q, %v", name, b, err)
		}
		c.Close()
	}
	// One that says nothing is there all the while, and keeps nobody.
	idle, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	if err := send(t, at, 1); err != nil {
		t.Error(err)
	}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func send(t *testing.T, at string, count int) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return canary.Send(ctx, canary.SendOptions{
		Transport: canary.TCP, Address: at, ID: 1, Interval: 10 * time.Millisecond, Count: count,
		Log: slog.New(slog.DiscardHandler), Report: func(canary.Exchange) {},
	})
}

// TestSendAgain: a sender outlives the other end, and ends without an error.
func TestSendAgain(t *testing.T) {
	at, end := listening(t, "127.0.0.1:0")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	good, bad, done := make(chan struct{}, 1000), make(chan struct{}, 1000), make(chan error, 1)
	go func() {
		done <- canary.Send(ctx, canary.SendOptions{
			Transport: canary.TCP, Address: at, ID: 1, Interval: 20 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
			Report: func(x canary.Exchange) {
				if x.Err == nil {
					good <- struct{}{}
				} else {
					bad <- struct{}{}
				}
			},
		})
	}()
	wait := func(ch <-chan struct{}, what string) {
		t.Helper()
		select {
		case <-ch:
		case <-time.After(30 * time.Second):
			t.Fatal(what)
		}
	}
	wait(good, "no exchange")
	end()
	wait(bad, "an end that is gone makes no failed exchange")
	for len(good) > 0 {
		<-good
	}
	listening(t, at)
	wait(good, "no exchange after the other end came back")
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestSendUnanswered: who counts is told that an exchange failed.
func TestSendUnanswered(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close() // before the handshake
		}
	}()
	if err := send(t, l.Addr().String(), 2); !errors.Is(err, canary.ErrUnanswered) {
		t.Errorf("got %v", err)
	}
}
