package rules

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"sigtransit/pkg/badinput"
	"sigtransit/pkg/signaling"
	"sigtransit/pkg/yamltree"
)

// file is one YAML file on its way in. Its nodes are walked by hand, not
// unmarshalled, so that each fault is told with its place and all of them are.
type file struct {
	*loader
	name    string
	data    []byte
	builtin bool
}

// at reports a problem at the place of a token.
func (f *file) at(t *token.Token, format string, args ...any) {
	p := Problem{File: f.name, Text: fmt.Sprintf(format, args...)}
	if t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
	}
	f.problems.Add(p)
}

// documents parses the file; an empty one gives a problem.
func (f *file) documents() []ast.Node {
	tree, err := yamltree.Parse(f.data)
	if err != nil {
		var ye yaml.Error
		if errors.As(err, &ye) {
			f.at(ye.GetToken(), "not YAML: %s", badinput.YAML(ye.GetMessage()))
		} else {
			f.at(nil, "not YAML: %v", err)
		}
		return nil
	}
	var docs []ast.Node
	for _, d := range tree.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			docs = append(docs, d.Body)
		}
	}
	if len(docs) == 0 {
		f.at(nil, "is empty")
	}
	return docs
}

// place is the token a person would look at for a node: its first one.
func place(n ast.Node) *token.Token {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
		return n.Start
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	case nil:
		return nil
	}
	return n.GetToken()
}

// fields calls set for each key of a mapping; set answers false for a key it does
// not know, and known lists those it does. what names the mapping in messages.
func (f *file) fields(n ast.Node, what, known string, set func(key string, at *token.Token, v ast.Node) bool) bool {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		f.at(place(n), "%s: got %s, want a mapping with the keys %s", what, kindOf(n), known)
		return false
	}
	for _, v := range values {
		t := v.Key.GetToken()
		if !set(t.Value, t, v.Value) {
			f.at(t, "%s: unknown key %q, want one of %s", what, t.Value, known)
		}
	}
	return true
}

// field is a key that a mapping may have, with what reads its value.
type field struct {
	key  string
	read func(v ast.Node, key string)
}

// mapping reads a mapping that may have these keys, each where it stands in the
// file. It is false for a node that is no mapping.
func (f *file) mapping(n ast.Node, what string, fields ...field) bool {
	keys := make([]string, len(fields))
	for i := range fields {
		keys[i] = fields[i].key
	}
	return f.fields(n, what, strings.Join(keys, ", "), func(key string, _ *token.Token, v ast.Node) bool {
		i := slices.Index(keys, key)
		if i >= 0 {
			fields[i].read(v, key)
		}
		return i >= 0
	})
}

// textField is a field for text.
func (f *file) textField(key string, to *string) field {
	return field{key, func(v ast.Node, key string) { *to, _ = f.text(v, key) }}
}

// textsField is a field for a list of texts or one text.
func (f *file) textsField(key string, to *[]string) field {
	return field{key, func(v ast.Node, key string) { *to = f.texts(v, key) }}
}

// boolField is a field for true or false.
func (f *file) boolField(key string, to *bool) field {
	return field{key, func(v ast.Node, key string) { f.bool(v, key, to) }}
}

// uintField is a field for a number from 0 to limit.
func uintField[T ~uint32 | ~uint64 | ~int](f *file, key string, limit uint64, to *T) field {
	return field{key, func(v ast.Node, key string) {
		u, _ := f.uint(v, key, limit)
		*to = T(u)
	}}
}

// itemsField is a field for a list.
func (f *file) itemsField(key string, each func(ast.Node)) field {
	return field{key, func(v ast.Node, key string) { f.items(v, key, each) }}
}

// wordField is a field for a member of a closed set.
func wordField[T any](f *file, key string, names []string, parse func(string) (T, bool), to *T) field {
	return field{key, func(v ast.Node, key string) { word(f, v, key, names, parse, to) }}
}

// confidenceField is a field for a confidence; roleField and severityField are
// likewise.
func (f *file) confidenceField(to *signaling.Confidence) field {
	return wordField(f, "confidence", signaling.Names(signaling.NumConfidences), signaling.ParseConfidence, to)
}

func (f *file) roleField(to *signaling.Role) field {
	return wordField(f, "role", signaling.Names(signaling.NumRoles), signaling.ParseRole, to)
}

func (f *file) severityField(to *signaling.Severity) field {
	return wordField(f, "severity", signaling.Names(signaling.NumSeverities), signaling.ParseSeverity, to)
}

// lists calls each for what stands in the list under key of every document of the
// file. what names the documents, which must have the key; more are the other keys
// they may have.
func (f *file) lists(what, key string, each func(ast.Node), more ...field) {
	for _, doc := range f.documents() {
		var list ast.Node
		before := f.problems.count()
		ok := f.mapping(doc, what, append([]field{{key, func(v ast.Node, _ string) { list = v }}}, more...)...)
		switch {
		case list == nil && f.problems.count() != before: // perhaps it is the key that was not known
		case ok && list == nil:
			f.at(place(doc), "%s: no key %q", what, key)
		case ok:
			f.items(list, key, each)
		}
	}
}

// items calls each for the elements of a sequence.
func (f *file) items(n ast.Node, what string, each func(ast.Node)) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		f.at(place(n), "%s: got %s, want a list", what, kindOf(n))
		return
	}
	for _, v := range s.Values {
		each(v)
	}
}

// text is the value of a scalar as it is written in the file, whatever YAML would
// make of it: 010 stays 010.
func (f *file) text(n ast.Node, what string) (string, bool) {
	var s string
	switch v := n.(type) {
	case *ast.StringNode:
		s = v.Value
	case *ast.LiteralNode:
		s = strings.TrimRight(v.Value.Value, "\n")
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		s = n.GetToken().Value
	default:
		f.at(place(n), "%s: got %s, want text", what, kindOf(n))
		return "", false
	}
	return s, true
}

// texts is a list of scalars; a single scalar is a list of one.
func (f *file) texts(n ast.Node, what string) []string {
	var out []string
	if _, ok := n.(*ast.SequenceNode); !ok {
		if s, ok := f.text(n, what); ok {
			return []string{s}
		}
		return nil
	}
	f.items(n, what, func(v ast.Node) {
		if s, ok := f.text(v, what); ok {
			out = append(out, s)
		}
	})
	return out
}

func (f *file) bool(n ast.Node, what string, to *bool) {
	v, ok := n.(*ast.BoolNode)
	if !ok {
		f.at(place(n), "%s: got %s, want true or false", what, kindOf(n))
		return
	}
	*to = v.Value
}

func (f *file) uint(n ast.Node, what string, limit uint64) (uint64, bool) {
	if v, ok := n.(*ast.IntegerNode); ok {
		if u, err := strconv.ParseUint(v.Token.Value, 10, 64); err == nil && u <= limit {
			return u, true
		}
	}
	f.at(place(n), "%s: got %s, want a whole number from 0 to %d", what, kindOf(n), limit)
	return 0, false
}

// word reads a scalar that must be a member of a closed set.
func word[T any](f *file, n ast.Node, what string, names []string, parse func(string) (T, bool), to *T) {
	s, ok := f.text(n, what)
	if !ok {
		return
	}
	v, ok := parse(s)
	if !ok {
		f.at(place(n), "%s: %q, want one of %s", what, s, strings.Join(names, ", "))
		return
	}
	*to = v
}

// kindOf names what a node is, for messages.
func kindOf(n ast.Node) string {
	switch v := n.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AliasNode, *ast.AnchorNode:
		return "an anchor or alias (not supported here)"
	case *ast.TagNode:
		return "a tag (not supported here)"
	case *ast.StringNode:
		return strconv.Quote(v.Value)
	}
	return n.GetToken().Value
}
