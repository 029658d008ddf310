package output

import (
	"strings"
	"testing"

	"sigtransit/decoders/gsmmap"
	"sigtransit/decoders/tcap"
	"sigtransit/pkg/signaling"
)

// TestArguments: what an argument or result says besides names, as JSON and as the
// last column of the table. The octets are whole parameters of MAP.
func TestArguments(t *testing.T) {
	for _, tt := range []struct {
		name   string
		op     int32
		kind   signaling.Kind
		error  int32
		param  string
		json   string // of the block map, behind "version":3
		column string
	}{
		{"an empty answer to sendAuthenticationInfo", 56, signaling.KindResult, 0, "\xa3\x00", `"returned":[]`, "nothing"},
		{"no parameter at all", 56, signaling.KindResult, 0, "", `"returned":[]`, "nothing"},
		{"vectors", 56, signaling.KindResult, 0, "\x30\x06\x30\x01\x00\x30\x01\x00", `"vectors":{"triplet":2},"returned":["authentication_vectors:2"]`, "2 vectors"},
		{"two kinds of vectors", 56, signaling.KindResult, 0, "\xa3\x0a\xa1\x03\x30\x01\x00\xa2\x03\x30\x01\x00", `"vectors":{"quintuplet":1,"eps":1},"returned":["authentication_vectors:2"]`, "2 vectors"},
		{"age of a location", 70, signaling.KindResult, 0, "\x30\x08\x30\x06\xa0\x04\x02\x02\x01\x00", `"location_age_minutes":256,"returned":["location_age"]`, "age"},
		{"age of now", 70, signaling.KindResult, 0, "\x30\x07\x30\x05\xa0\x03\x02\x01\x00", `"location_age_minutes":0,"returned":["location_age"]`, "age"},
		{"GSN address", 24, signaling.KindResult, 0, "\x30\x07\x80\x05\x04\xc6\x33\x64\x96", `"gsn_address":"198.51.100.150","returned":["serving_node"]`, "node"},
		{"parts of a profile", 7, signaling.KindInvoke, 0, "\x30\x0a\x82\x01\x0a\xa8\x00\x92\x00\xb0\x01\x00", `"carried":["subscriber_data","services","apns","barring","charging"]`, "profile, services, APNs, barring, charging"},
		{"password", 18, signaling.KindResult, 0, "\x12\x04\x31\x32\x33\x34", `"returned":["ss_password"]`, "SS password"},
		{"secured", 80, signaling.KindInvoke, 0, "\x30\x0d\x30\x0b\x04\x04\x00\x00\x01\x02\xa0\x03\x02\x01\x38", `"spi":258,"secured":"sendAuthenticationInfo"`, "MAPsec around sendAuthenticationInfo"},
		{"a secured error", 80, signaling.KindResult, 0, "\x30\x0d\x30\x0b\x04\x04\x00\x00\x01\x02\xa1\x03\x02\x01\x22", `"spi":258,"secured":"systemFailure"`, "MAPsec around systemFailure"},
		{"secured user information", 80, signaling.KindResult, 0, "\x30\x0a\x30\x08\x04\x04\x00\x00\x01\x02\x82\x00", `"spi":258`, "MAPsec"},
		{"an error that names nobody", 45, signaling.KindError, 27, "", `"error":27,"error_name":"absentSubscriber"`, "absentSubscriber"},
		{"a broken result", 70, signaling.KindResult, 0, "\x02\x01\x00", ``, ""},
	} {
		var a gsmmap.Arguments
		var err error
		m := updateLocation()
		m.Operation = signaling.MAPOperation(tt.op)
		m.Kind, m.Class, m.Component, m.MAP = tt.kind, m.Operation.Info().Class, &tcap.Component{}, nil
		switch tt.kind {
		case signaling.KindInvoke:
			err = a.DecodeInvoke(tt.op, 3, []byte(tt.param))
		case signaling.KindResult:
			err = a.DecodeResult(tt.op, 3, []byte(tt.param))
		case signaling.KindError:
			m.Component.HasCode, m.Component.Code = true, tt.error
		}
		if err != nil {
			m.Faults |= signaling.FaultArgument
		}
		if tt.param != "" {
			m.MAP = &a
		}
		e := NewEncoder(Options{Keys: testKeys})
		line := string(e.AppendMessage(nil, m))
		_, block, _ := strings.Cut(line, `"map":{`)
		block, _, _ = strings.Cut(block, `}`+"\n")
		block = strings.TrimSuffix(block, "}")
		block = strings.Replace(strings.Replace(block, `"version":3,`, "", 1), `"version":3`, "", 1)
		if block = strings.TrimSuffix(block, ","); block != tt.json {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, block, tt.json)
		}
		if got := string(givenAway(nil, m)); got != tt.column {
			t.Errorf("%s: the table says %q, want %q", tt.name, got, tt.column)
		}
	}
}
