package report

import (
	"encoding/json"
	"io"
	"reflect"
)

// WriteJSON writes the report as JSON. Every key is always there, and a list that is
// empty is one.
func (d *Data) WriteJSON(w io.Writer) error {
	c := *d
	fill(reflect.ValueOf(&c).Elem())
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(&c)
}

// fill makes empty lists of missing ones.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if t := v.Type(); t.PkgPath() != reflect.TypeFor[Data]().PkgPath() && t != reflect.TypeFor[Home]() {
			return // a time
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fill(v.Index(i))
		}
	}
}
