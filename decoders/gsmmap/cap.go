package gsmmap

import (
	"sigtransit/decoders/ber"
	"sigtransit/decoders/telecom"
)

// Operations of CAP whose numbers are sorted by whose they are.
const (
	capInitialDP    = 0
	capInitialDPSMS = 60
)

// DecodeCAPInvoke resets a and reads the argument of an invoke of CAP with local
// operation code op (3GPP TS 29.078). phase is that of the application context, 0
// when unknown: one element changed its meaning between phases 2 and 3. An initial
// detection point names a subscriber and a place; of the numbers in it, the one
// that is the subscriber's own is kept as MSISDN and the others are only told to be
// there.
func (a *Arguments) DecodeCAPInvoke(op int32, phase uint8, param []byte) error {
	a.Reset()
	if uint32(op) >= uint32(len(capOperations)) {
		return nil
	}
	p := &capOperations[op].invoke
	if op == capInitialDP && (phase == 1 || phase == 2) {
		p = &initialDPPhase2
	}
	err := a.decode(p, param)
	switch op {
	case capInitialDP:
		a.callParties(param)
	case capInitialDPSMS:
		a.messageParties(param)
	}
	return err
}

// DecodeCAPResult is DecodeCAPInvoke for the result of an operation.
func (a *Arguments) DecodeCAPResult(op int32, param []byte) error {
	a.Reset()
	if uint32(op) >= uint32(len(capOperations)) {
		return nil
	}
	return a.decode(&capOperations[op].result, param)
}

// Tags of InitialDPArg (TS 29.078 6.1) and InitialDPSMSArg (7.1), those above 30 by
// their number.
const (
	dpCalled, dpCalling, dpOriginalCalled, dpAdditionalCalling = 2, 3, 12, 25
	dpEvent, dpRedirecting, dpCalledBCD                        = 28, 29, 56

	smsDestination, smsCalling, smsEvent, smsCalled = 1, 2, 3, 20

	// First of the detection points of a terminating call (EventTypeBCSM) and
	// message (EventTypeSMS).
	termAttemptAuthorized = 12
	smsDeliveryRequested  = 11
)

// callParties sorts the numbers of an initialDP. The subscriber is the caller of a
// call that originates, the called party of one that terminates, and the
// redirecting party of one that is forwarded (3GPP TS 23.078 4.5.2). Only an
// international number is an MSISDN.
func (a *Arguments) callParties(param []byte) {
	var numbers [3][]byte // calling, called, redirecting
	var others bool
	event := uint8(0)
	elements(param, func(tag uint32, v []byte) {
		switch tag {
		case dpCalling:
			numbers[0] = v
		case dpCalled:
			numbers[1] = v
		case dpRedirecting:
			numbers[2] = v
		case dpOriginalCalled, dpAdditionalCalling, dpCalledBCD:
			others = true
		case dpEvent:
			event = last(v)
		}
	})
	own := 0
	switch {
	case event == 0:
		own = -1
	case event >= termAttemptAuthorized && event <= 18:
		own = 1
	case numbers[2] != nil:
		own = 2
	}
	for i, v := range numbers {
		switch {
		case v == nil:
		case i != own:
			others = true
		case len(v) > 2 && v[0]&0x7f == isupInternational:
			a.own(isupDigits(v))
		}
	}
	if others {
		a.Set |= FieldPartyNumber
	}
}

// messageParties sorts the numbers of an initialDPSMS: the subscriber sends the
// message, or gets it.
func (a *Arguments) messageParties(param []byte) {
	var calling, called []byte
	var others bool
	event := uint8(1)
	elements(param, func(tag uint32, v []byte) {
		switch tag {
		case smsCalling:
			calling = v
		case smsCalled:
			called = v
		case smsDestination:
			others = true
		case smsEvent:
			event = last(v)
		}
	})
	own, other := calling, called
	if event >= smsDeliveryRequested {
		own, other = called, calling
	}
	if len(own) > 1 {
		a.own(telecom.DigitsFromTBCD(own[1:]))
	}
	if others || other != nil {
		a.Set |= FieldPartyNumber
	}
}

// own takes over the subscriber's own number.
func (a *Arguments) own(d telecom.Digits) {
	if d.Len() > 0 {
		a.MSISDN = d
		a.Set |= FieldMSISDN
	}
}

// last is the value of an ENUMERATED of one octet; 0 when there is none.
func last(v []byte) uint8 {
	if len(v) == 0 {
		return 0
	}
	return v[len(v)-1]
}

// elements calls f for each whole context-specific element of a SEQUENCE.
func elements(param []byte, f func(tag uint32, v []byte)) {
	tag, b, _, _ := child(param, 0)
	if tag != ber.Sequence {
		return
	}
	for off := 0; off < len(b); {
		tag, v, next, err := child(b, off)
		if v == nil {
			return
		}
		off = next
		if err == nil && tag.Class() == ber.Context {
			f(tag.Number(), v)
		}
	}
}
