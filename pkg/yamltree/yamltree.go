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

// Parse parses a file. Errors of syntax and depth are a yaml.Error, with their place.
func Parse(data []byte) (*ast.File, error) {
	tokens := lexer.Tokenize(string(data))
	if t := tooDeep(tokens); t != nil {
		return nil, &yaml.SyntaxError{Message: fmt.Sprintf("lists and mappings stand more than %d deep in each other", MaxDepth), Token: t}
	}
	return parser.Parse(tokens, 0)
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
