package m3ua

import (
	"bytes"
	"testing"
)

func FuzzDecodeMessage(f *testing.F) {
	for _, b := range golden {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		if n := touch(b); n > 2*len(b) {
			t.Fatalf("%d octets of values in %d", n, len(b))
		}
		if !bytes.Equal(b, before) {
			t.Fatal("the input was written to")
		}
		// What Decode stored must not depend on the receiver's past.
		var fresh, used Message
		_ = used.Decode(dataMessage)
		e1, e2 := fresh.Decode(b), used.Decode(b)
		if e1 != e2 || fresh.Data.OPC != used.Data.OPC || fresh.RoutingContext != used.RoutingContext ||
			fresh.HasData != used.HasData || !bytes.Equal(fresh.Data.UserData, used.Data.UserData) {
			t.Fatalf("%+v, %v\n%+v, %v", fresh, e1, used, e2)
		}
		if m := (Message{}); LooksLike(b) && m.Decode(b) == ErrVersion {
			t.Fatal("LooksLike and Decode disagree")
		}
	})
}
