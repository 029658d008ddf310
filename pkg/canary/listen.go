package canary

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
)

// Exchange is a request and what came of it.
type Exchange struct {
	Mark
	Peer    string // the other end
	Vectors int    // in the answer
	Took    time.Duration
	Err     error // no answer, or one without vectors; nil: all is well
}

// ListenOptions is what a listening end is given.
type ListenOptions struct {
	Transport Transport
	Address   string
	// Report is told of each exchange, by one goroutine at a time.
	Report func(Exchange)
	// Opened is told the address, once it is listened at; nil: nobody.
	Opened func(address string)
	Log    *slog.Logger
}

// maxPeers bounds the connections of a listener; more are closed at once.
const maxPeers = 64

// Listen answers canaries until ctx ends, which is no error.
func Listen(ctx context.Context, o ListenOptions) error {
	l, err := listen(o.Transport, o.Address)
	if err != nil {
		return err
	}
	defer l.close()
	if o.Opened != nil {
		o.Opened(l.addr())
	}
	var peers sync.WaitGroup
	defer peers.Wait()
	var reporting sync.Mutex
	places := make(chan struct{}, maxPeers)
	for {
		c, err := l.accept(ctx)
		switch {
		case ctx.Err() != nil:
			if err == nil {
				c.close()
			}
			return nil
		case err != nil:
			return err
		}
		select {
		case places <- struct{}{}:
		default:
			o.Log.Warn("connection refused: there are too many", "peer", c.remote(), "most", maxPeers)
			c.close()
			continue
		}
		peers.Go(func() {
			defer func() { <-places }()
			peer := c.remote()
			o.Log.Info("connected", "peer", peer)
			err := serve(ctx, c, newSpeaker(o.Transport, true, 0, c.local()), func(e Exchange) {
				e.Peer = peer
				reporting.Lock()
				defer reporting.Unlock()
				o.Report(e)
			})
			if err != nil && !errors.Is(err, io.EOF) {
				o.Log.Warn("connection lost", "peer", peer, "error", err)
			} else {
				o.Log.Info("disconnected", "peer", peer)
			}
		})
	}
}

// heard is what a reader got.
type heard struct {
	message []byte
	err     error
}

// reader receives messages on a goroutine of its own until the connection ends. end
// stops it, waits for it, and closes the connection.
func reader(c conn) (in <-chan heard, end func()) {
	ch, quit, done := make(chan heard), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			m, err := c.receive()
			select {
			case ch <- heard{append([]byte(nil), m...), err}:
			case <-quit:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return ch, func() {
		close(quit)
		c.stop()
		<-done
		c.close()
	}
}

// farewell is how long an end waits for the other one to answer its leave.
const farewell = 2 * time.Second

// leave takes leave in order.
func leave(c conn, s speaker, in <-chan heard) {
	m := s.bye(nil)
	if len(m) == 0 || c.send(m) != nil {
		return
	}
	for timer := time.After(farewell); ; {
		select {
		case h := <-in:
			if h.err != nil {
				return
			}
			if e, _ := s.take(nil, h.message); e.kind == leaving {
				return
			}
		case <-timer:
			return
		}
	}
}

// serve is the listening end of one connection.
func serve(ctx context.Context, c conn, s speaker, report func(Exchange)) error {
	in, end := reader(c)
	defer end()
	var reply []byte
	for {
		select {
		case <-ctx.Done():
			leave(c, s, in)
			return nil
		case h := <-in:
			if h.err != nil {
				if errors.Is(h.err, net.ErrClosed) {
					return nil
				}
				return h.err
			}
			began := time.Now()
			var e event
			e, reply = s.take(reply[:0], h.message)
			var err error
			if len(reply) > 0 {
				err = c.send(reply)
			}
			switch {
			case e.kind == broken:
				return errForeign
			case e.kind == requested:
				report(Exchange{Mark: e.mark, Vectors: e.vectors, Took: time.Since(began), Err: err})
			}
			if err != nil {
				return err
			}
			if e.kind == leaving {
				return nil
			}
		}
	}
}
