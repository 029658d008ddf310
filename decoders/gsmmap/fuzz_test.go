package gsmmap

import "testing"

func FuzzDecode(f *testing.F) {
	for _, tt := range tests {
		f.Add(uint8(tt.kind), tt.op, tt.in)
	}
	f.Fuzz(func(t *testing.T, k uint8, op int32, in []byte) {
		var a Arguments
		switch err := decode(&a, kind(k%uint8(capResult+1)), op, in); err {
		case nil, ErrTruncated, ErrEncoding, ErrType, ErrIMSI:
		default:
			t.Fatalf("error %v is not of this package", err)
		}
		if use(&a) > len(in)*8+64 {
			t.Fatal("more was read than there is")
		}
		if (a.Set&FieldIMSI != 0) != (a.IMSI.Len() > 0) || (a.Set&FieldVectors != 0) != (a.VectorCount > 0) {
			t.Fatalf("fields %b do not tell what is set", a.Set)
		}
	})
}
