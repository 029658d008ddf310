// Package yamltree parses YAML that a person wrote, as far as a person would nest it.
package yamltree

import (
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// MaxDepth is how deep lists and mappings may stand in each other. The parser writes the
// path of each node out, so that the memory it takes grows with the square of the depth.
const MaxDepth = 64

// MaxNodes is how many nodes aliases may make of a file, those in anchors that hold
// aliases again counted as often as they come. A file has hardly more without any.
const MaxNodes = 1 << 20

// Parse parses a file. Errors of syntax and depth are a yaml.Error, with their place.
func Parse(data []byte) (*ast.File, error) {
	tokens := lexer.Tokenize(string(data))
	if t := tooDeep(tokens); t != nil {
		return nil, &yaml.SyntaxError{Message: fmt.Sprintf("lists and mappings stand more than %d deep in each other", MaxDepth), Token: t}
	}
	f, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Docs {
		c := copies{anchors: map[string]int{}}
		if ast.Walk(&c, d); c.over != nil {
			return nil, &yaml.SyntaxError{Message: fmt.Sprintf("aliases make more than %d values of it", MaxNodes), Token: c.over}
		}
	}
	return f, nil
}

// copies counts nodes, and for each alias those of its anchor. An anchor that is not
// known, or is open still, is for the decoder to refuse.
type copies struct {
	nodes   int
	anchors map[string]int // nodes in each, and in the aliases in it
	over    *token.Token   // the alias that was too many
}

// Visit implements ast.Visitor.
func (c *copies) Visit(n ast.Node) ast.Visitor {
	if c.over != nil {
		return nil
	}
	c.nodes++
	switch n := n.(type) {
	case *ast.AnchorNode:
		inner := copies{anchors: c.anchors}
		ast.Walk(&inner, n.Value)
		c.anchors[n.Name.GetToken().Value] = inner.nodes
		c.nodes += inner.nodes
		c.over = inner.over
		return nil
	case *ast.AliasNode:
		if c.nodes += c.anchors[n.Value.GetToken().Value]; c.nodes > MaxNodes {
			c.over = n.GetToken()
		}
		return nil
	}
	return c
}

// tooDeep is the first token beyond MaxDepth; nil: there is none. Levels that cost only
// indentation are few, whatever the size of a file, and not counted.
func tooDeep(tokens token.Tokens) *token.Token {
	brackets := 0
	var entries []int // columns of the dashes and question marks that are open
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType:
			for n := len(entries); n > 0 && entries[n-1] >= t.Position.Column; n-- {
				entries = entries[:n-1]
			}
			entries = append(entries, t.Position.Column)
		default:
			continue
		}
		if brackets+len(entries) > MaxDepth {
			return t
		}
	}
	return nil
}
