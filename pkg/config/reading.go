package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"sigtransit/pkg/badinput"
	"sigtransit/pkg/yamltree"
	"sigtransit/rules"
)

// reading is a file on its way in, with all that is wrong with it.
type reading struct {
	name   string
	tree   *ast.File
	faults badinput.List
	// skipped are the keys whose values are not of the form that they have to have:
	// nothing of them is read.
	skipped map[string]bool
	named   []named
}

// named is a file that the configuration names.
type named struct {
	key, name string
	written   bool
	unseen    bool // whether it is there others look
}

// Keys of files, for Load: those that judge messages, those that a daemon needs besides,
// and all that can be looked at before one is started. A ledger is none of them: a daemon
// captures without it.
var (
	Judging    = []string{"watchlists", "detections", "exceptions", "dictionaries", "partners"}
	Running    = append(slices.Clone(Judging), "pseudonym_key_file", "web", "sinks")
	Rehearsing = append(slices.Clone(Running), "state")
)

func (r *reading) at(t *token.Token, format string, args ...any) {
	e := &Error{File: r.name, Text: fmt.Sprintf(format, args...)}
	if t != nil && t.Position != nil {
		e.Line, e.Column = t.Position.Line, t.Position.Column
	}
	r.faults = append(r.faults, e)
}

// wrong keeps what is wrong with the value of a key. It is false.
func (r *reading) wrong(key, format string, args ...any) bool {
	r.at(find(r.tree, key), format, args...)
	return false
}

func (r *reading) place(key string) rules.Place {
	p := rules.Place{File: r.name}
	if t := find(r.tree, key); t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
	}
	return p
}

// local is the name of a file, counted from the folder of this one.
func (r *reading) local(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(r.name), name)
}

// reads is local for a file that is read, writes for one that is made.
func (r *reading) reads(key, name string) string {
	name = r.local(name)
	r.named = append(r.named, named{key: key, name: name})
	return name
}

func (r *reading) writes(key, name string) string {
	name = r.local(name)
	r.named = append(r.named, named{key: key, name: name, written: true})
	return name
}

// knows is local for a file that others look for.
func (r *reading) knows(key, name string) string {
	name = r.local(name)
	r.named = append(r.named, named{key: key, name: name, unseen: true})
	return name
}

// look tells which of the files under some keys are not there, or cannot be read or
// made.
func (r *reading) look(keys []string) {
	for _, n := range r.named {
		first := n.key[:len(n.key)-len(strings.TrimLeft(n.key, "abcdefghijklmnopqrstuvwxyz_"))]
		if n.unseen || !slices.Contains(keys, first) {
			continue
		}
		look := badinput.Unreadable
		if n.written {
			look = unwritable
		}
		if text := look(n.name); text != "" {
			r.wrong(n.key, "%s: %s: %s", n.key, n.name, text)
		}
	}
}

// unwritable says why no file of a name can be made; "" where that is not seen.
func unwritable(name string) string {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return "is a directory; want the name of a file"
	}
	dir := filepath.Dir(name)
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no folder " + dir
	case err == nil && !info.IsDir():
		return dir + " is no folder"
	}
	return ""
}

// errYAML is what a file gets that makes the parser fall over: it does for some tags
// without a value.
var errYAML = errors.New("is no YAML that can be read; look for a tag (!) or an alias (*) without a value")

// form reads a form: all of it that has the form. It is false where there is nothing.
func (r *reading) form(data []byte, f *form) bool {
	tree, err := yamltree.Parse(badinput.Text(data))
	if err != nil {
		r.yaml(err)
		return false
	}
	r.tree = tree
	var body ast.Node
	for _, d := range tree.Docs {
		switch {
		case d.Body == nil || d.Body.Type() == ast.CommentType:
		case body == nil:
			body = d.Body
		default:
			r.at(d.Start, "a second document begins here; want one, for nothing of this would be read")
		}
	}
	if body == nil {
		return true
	}
	r.shape("", body, reflect.TypeFor[form]())
	if m, ok := body.(*ast.MappingNode); ok {
		m.Values = slices.DeleteFunc(m.Values, func(v *ast.MappingValueNode) bool { return r.skipped[v.Key.GetToken().Value] })
	} else if len(r.faults) > 0 {
		return false
	}
	err = decode(body, f)
	if err != nil && len(r.skipped) == 0 { // else it may be about an anchor in what was left out
		r.yaml(err)
	}
	return err == nil
}

func decode(n ast.Node, f *form) (err error) {
	defer func() {
		if recover() != nil {
			err = errYAML
		}
	}()
	return yaml.NodeToValue(n, f, yaml.Strict())
}

// yaml tells what the YAML reader says.
func (r *reading) yaml(err error) {
	var ye yaml.Error
	if !errors.As(err, &ye) {
		r.at(nil, "%v", err)
		return
	}
	r.at(ye.GetToken(), "%s", badinput.YAML(ye.GetMessage()))
}

// kinds says what the types of the form want, and what they are called where
// something else stands.
var kinds = map[reflect.Kind]struct{ name, want string }{
	reflect.Bool: {"truth value", "true or false"}, reflect.String: {"text", "text"},
	reflect.Int: {"whole number", "a whole number"}, reflect.Map: {"mapping", "keys and values"},
	reflect.Slice: {"list", "a list, one item a line after a dash"}, reflect.Struct: {"mapping", "keys and values"},
}

// shape holds a node to the type that its value has to have, and tells every key that
// is not known and every value of another kind. What stands behind aliases and tags is
// left to the YAML reader.
func (r *reading) shape(key string, n ast.Node, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	fits := true
	switch v := n.(type) {
	case *ast.AnchorNode:
		r.shape(key, v.Value, t)
		return
	case nil, *ast.NullNode, *ast.AliasNode, *ast.TagNode:
		return
	case *ast.MappingNode:
		if fits = t.Kind() == reflect.Struct || t.Kind() == reflect.Map; fits {
			for _, x := range v.Values {
				r.entry(key, x, t)
			}
		}
	case *ast.MappingValueNode:
		if fits = t.Kind() == reflect.Struct || t.Kind() == reflect.Map; fits {
			r.entry(key, v, t)
		}
	case *ast.SequenceNode:
		if fits = t.Kind() == reflect.Slice; fits {
			for i, x := range v.Values {
				r.shape(fmt.Sprintf("%s[%d]", key, i), x, t.Elem())
			}
		}
	default:
		switch text := n.GetToken().Value; t.Kind() {
		case reflect.Bool:
			_, fits = n.(*ast.BoolNode)
		case reflect.Int:
			base := 0 // as it is written: 0x10
			if _, quoted := n.(*ast.StringNode); quoted {
				base = 10
			}
			_, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), base, strconv.IntSize)
			if fits = err == nil; errors.Is(err, strconv.ErrRange) {
				r.misfit(key, n, "%s is too large a number; want a smaller one", text)
				return
			}
		default:
			fits = t.Kind() == reflect.String
		}
	}
	if k := kinds[t.Kind()]; !fits {
		r.misfit(key, n, "%s is no %s; want %s", kindOf(n), k.name, k.want)
	}
}

// entry is shape for a key and its value in a mapping.
func (r *reading) entry(key string, v *ast.MappingValueNode, t reflect.Type) {
	if _, merge := v.Key.(*ast.MergeKeyNode); merge {
		return
	}
	name := v.Key.GetToken()
	inner := name.Value
	if key != "" {
		inner = key + "." + inner
	}
	if t.Kind() == reflect.Map {
		if _, err := strconv.ParseInt(name.Value, 0, strconv.IntSize); err != nil && t.Key().Kind() == reflect.Int {
			r.misfit(key, v.Key, "%q is no whole number; want a whole number", name.Value)
			return
		}
		r.shape(inner, v.Value, t.Elem())
		return
	}
	for f := range fieldsOf(t) {
		if f.Tag.Get("yaml") == name.Value {
			r.shape(inner, v.Value, f.Type)
			return
		}
	}
	r.skip(inner)
	r.at(name, "unknown key %q; want one of %s", name.Value, strings.Join(keysOf(t), ", "))
}

// misfit keeps that a node is not what the value of a key has to be.
func (r *reading) misfit(key string, n ast.Node, format string, args ...any) {
	r.skip(key)
	text := fmt.Sprintf(format, args...)
	if key != "" {
		text = key + ": " + text
	}
	r.at(first(n), "%s", text)
}

// skip leaves out the part of the file that a key is in.
func (r *reading) skip(key string) {
	if i := strings.IndexAny(key, ".["); i > 0 {
		key = key[:i]
	}
	r.skipped[key] = true
}

// kindOf names what a node is.
func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	}
	return strconv.Quote(n.GetToken().Value)
}

// find is the token of a key's value, by its path: "sinks[0].queue.size".
func find(tree *ast.File, key string) *token.Token {
	p, err := yaml.PathString("$." + key)
	if err != nil {
		return nil
	}
	n, err := p.FilterFile(tree)
	if err != nil {
		// A default may be at fault: the mapping that lacks the key is the place.
		if i := strings.LastIndexByte(key, '.'); i > 0 {
			return find(tree, key[:i])
		}
		return nil
	}
	return first(n)
}

// first is the token a person would look at for a node.
func first(n ast.Node) *token.Token {
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return n.GetToken()
}
