package canary

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// SendOptions is what a sending end is given.
type SendOptions struct {
	Transport Transport
	Address   string
	ID        uint8
	// Interval is the time from one exchange to the next.
	Interval time.Duration
	// Count is how many exchanges are tried; 0: until the end.
	Count int
	// Report is told of each exchange.
	Report func(Exchange)
	Log    *slog.Logger
}

const (
	// answerTime is how long an answer may take.
	answerTime = 10 * time.Second
	// keepAlive is how often the other end is asked whether it is there (RFC 3539 3.4.1).
	keepAlive = 30 * time.Second
	// A connection that fails is tried again, after a time that doubles.
	retryMin = time.Second
	retryMax = time.Minute
)

// ErrUnanswered says that some exchange had no answer, or one without vectors.
var ErrUnanswered = errors.New("not every canary was answered")

var (
	errNoAnswer = fmt.Errorf("no answer within %v", answerTime)
	errSilent   = errors.New("the other end does not answer")
	errRefused  = errors.New("the other end refused")
	errLeft     = errors.New("the other end took leave")
)

// sender is a running Send.
type sender struct {
	SendOptions
	sequence uint16
	done     int // exchanges tried
	failed   int
	well     bool // the connection at hand got as far as an exchange
}

// Send exchanges messages until ctx ends or Count is reached, over new connections as
// often as it takes. It returns ErrUnanswered when it counted and one went wrong,
// ErrNoSCTP when there is no use in trying again.
func Send(ctx context.Context, o SendOptions) error {
	s := &sender{SendOptions: o}
	for retry := retryMin; ; {
		s.well = false
		err := s.connected(ctx)
		switch {
		case errors.Is(err, ErrNoSCTP):
			return err
		case ctx.Err() != nil || s.over():
			if o.Count > 0 && s.failed > 0 {
				return ErrUnanswered
			}
			return nil
		}
		if s.well {
			retry = retryMin
		}
		o.Log.Warn("no connection", "peer", o.Address, "error", err, "retry", retry)
		if !pause(ctx, retry) {
			continue
		}
		retry = min(2*retry, retryMax)
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func (s *sender) over() bool { return s.Count > 0 && s.done >= s.Count }

// tell counts an exchange.
func (s *sender) tell(e Exchange) {
	s.done++
	if e.Err != nil {
		s.failed++
	}
	s.Report(e)
}

func (s *sender) mark() Mark {
	m := Mark{ID: s.ID, Sequence: s.sequence}
	s.sequence = (s.sequence + 1) % sequences
	return m
}

// connected is one connection, from its set-up to its end. Where there is none, an
// exchange has failed.
func (s *sender) connected(ctx context.Context) error {
	c, err := dial(ctx, s.Transport, s.Address)
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, ErrNoSCTP) {
			s.tell(Exchange{Mark: s.mark(), Peer: s.Address, Err: err})
		}
		return err
	}
	in, end := reader(c)
	defer end()
	t := talk{c: c, s: newSpeaker(s.Transport, false, s.ID, c.local()), in: in}
	peer := c.remote()
	if err = t.say(t.s.hello(nil)); err == nil {
		_, err = t.hear(ctx, ready)
	}
	if err != nil {
		if ctx.Err() == nil {
			s.tell(Exchange{Mark: s.mark(), Peer: peer, Err: err})
		}
		return err
	}
	s.well = true
	s.Log.Info("connected", "peer", peer)
	next := time.NewTicker(s.Interval)
	defer next.Stop()
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	asked := false // a keep-alive is not answered yet
	for {
		m, began := s.mark(), time.Now()
		e := Exchange{Mark: m, Peer: peer}
		e.Err = t.say(t.s.request(nil, m))
		if e.Err == nil {
			var got event
			got, e.Err = t.hear(ctx, answered)
			e.Vectors, e.Took = got.vectors, time.Since(began)
		}
		if ctx.Err() == nil || e.Err == nil {
			s.tell(e)
		}
		if e.Err != nil && ctx.Err() == nil {
			return e.Err
		}
		if ctx.Err() != nil || s.over() {
			leave(c, t.s, in)
			return nil
		}
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				leave(c, t.s, in)
				return nil
			case <-next.C:
				waiting = false
			case <-alive.C:
				if asked {
					return errSilent
				}
				asked = true
				if err := t.say(t.s.ping(nil)); err != nil {
					return err
				}
			case h := <-in:
				e, err := t.heard(h)
				switch {
				case err != nil:
					return err
				case e.kind == pong:
					asked = false
				}
			}
		}
	}
}

// talk is a conversation.
type talk struct {
	c   conn
	s   speaker
	in  <-chan heard
	buf []byte
}

func (t *talk) say(m []byte) error { return t.c.send(m) }

// heard takes a message and answers it.
func (t *talk) heard(h heard) (e event, err error) {
	if h.err != nil {
		return e, h.err
	}
	e, t.buf = t.s.take(t.buf[:0], h.message)
	if len(t.buf) > 0 {
		err = t.say(t.buf)
	}
	switch {
	case err != nil:
	case e.kind == broken:
		err = errForeign
	case e.kind == refused:
		err = errRefused
	case e.kind == leaving:
		err = errLeft
	}
	return e, err
}

// hear waits for an event of a kind, and takes what comes before it.
func (t *talk) hear(ctx context.Context, kind eventKind) (event, error) {
	timer := time.NewTimer(answerTime)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return event{}, ctx.Err()
		case <-timer.C:
			return event{}, errNoAnswer
		case h := <-t.in:
			if e, err := t.heard(h); err != nil || e.kind == kind {
				return e, err
			}
		}
	}
}
