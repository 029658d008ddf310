package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/interpreter"

	"sigtransit/pkg/signaling"
)

// condition is what a rule asks beyond its selectors: an expression of CEL over the
// fields of the message and what is known of the carrier, compiled when it is loaded.
type condition struct {
	text    string
	at      Place
	program cel.Program
}

// Bounds of a condition: of its text, and of what one evaluation may cost in CEL's
// units (about one each for a field, an operator and an element of a list, one for ten
// characters of text that is searched).
const (
	maxCondition  = 4096 // octets
	conditionCost = 2_000
)

// environment is made when the first condition is read: without one, nobody waits
// for it.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	opts := []cel.EnvOption{
		cel.ClearMacros(), cel.Macros(cel.AllMacro, cel.ExistsMacro, cel.ExistsOneMacro),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(),
			cel.ValidateHomogeneousAggregateLiterals(), cel.ValidateComprehensionNestingLimit(1)),
	}
	for name, f := range conditionFields() {
		opts = append(opts, cel.Variable(name, f.kind))
	}
	return cel.NewEnv(opts...)
})

// condition reads and compiles a condition.
func (f *file) condition(n ast.Node, key string) *condition {
	text, ok := f.text(n, key)
	switch {
	case !ok:
		return nil
	case strings.TrimSpace(text) == "":
		f.at(place(n), "%s: empty, want an expression, for example direction == \"inbound\"", key)
		return nil
	case len(text) > maxCondition:
		f.at(place(n), "%s: %d octets, want at most %d", key, len(text), maxCondition)
		return nil
	}
	env, err := environment()
	if err != nil {
		f.at(place(n), "%s: %v", key, err)
		return nil
	}
	parsed, issues := env.Compile(text)
	if err := issues.Err(); err != nil {
		for _, e := range issues.Errors() {
			f.inCondition(n, key, e.Location.Line(), e.Location.Column(), e.Message)
		}
		return nil
	}
	if t := parsed.OutputType(); t != cel.BoolType {
		f.inCondition(n, key, 1, 0, fmt.Sprintf("gives %s, want true or false", typeWord(t.String())))
		return nil
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if cost, err := env.EstimateCost(parsed, anySize{}); err != nil || cost.Max > conditionCost {
		// Whether it costs too much is known while it is evaluated, which takes twice the time.
		options = append(options, cel.CostLimit(conditionCost))
	}
	program, err := env.Program(parsed, options...)
	if err != nil {
		f.at(place(n), "%s: %v", key, err)
		return nil
	}
	return &condition{text, f.placeOf(place(n)), program}
}

var (
	misplaced = regexp.MustCompile(`^(?:mismatched|extraneous) input '(.*)' expecting .*$`)
	unlike    = regexp.MustCompile(`^expected type '(.*)' but found '(.*)'$`)
	overload  = regexp.MustCompile(`^found no matching overload for '(.*)' applied to '\(?(.*?)\)?'$`)
)

// plain is a message of CEL's in words that say what would be right.
func plain(text string) string {
	if m := misplaced.FindStringSubmatch(text); m != nil {
		if m[1] == "<EOF>" {
			return "ends too early, want a value behind it"
		}
		return fmt.Sprintf("%q does not belong here, want a value or an operator", m[1])
	}
	if m := unlike.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("got %s, want %s", typeWord(m[2]), typeWord(m[1]))
	}
	m := overload.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	types := strings.Split(m[2], ", ")
	for i, t := range types {
		types[i] = typeWord(t)
	}
	switch op := strings.Trim(m[1], "_@"); op {
	case "==", "!=", "<", "<=", ">", ">=":
		return fmt.Sprintf("%s compares %s, want two of one kind; text stands in quotes", op, strings.Join(types, " with "))
	default:
		return fmt.Sprintf("%s does not go with %s", op, strings.Join(types, " and "))
	}
}

// typeWord is a type of CEL's in a word.
func typeWord(t string) string {
	switch {
	case t == "string":
		return "text"
	case t == "bool":
		return "true or false"
	case t == "int" || t == "uint" || t == "double":
		return "a number"
	case strings.HasPrefix(t, "list"):
		return "a list"
	case strings.Contains(t, "imestamp"):
		return "a time"
	}
	return t
}

// constant reports that a condition asks nothing of a message, and whether it holds.
func (c *condition) constant() (is, holds bool) {
	a := asked{}
	v, _, err := c.program.Eval(&a)
	if a.any {
		return false, false
	}
	if err == nil {
		holds, _ = v.Value().(bool)
	}
	return true, holds
}

// asked is a message of which nothing is known, and notes that something was asked of it.
type asked struct{ any bool }

// ResolveName implements interpreter.Activation.
func (a *asked) ResolveName(string) (any, bool) {
	a.any = true
	return nil, false
}

// Parent implements interpreter.Activation.
func (*asked) Parent() interpreter.Activation { return nil }

// anySize is a checker.CostEstimator that trusts no text or list of a message to be short.
type anySize struct{}

func (anySize) EstimateSize(checker.AstNode) *checker.SizeEstimate { return nil }

func (anySize) EstimateCallCost(_, _ string, _ *checker.AstNode, _ []checker.AstNode) *checker.CallEstimate {
	return nil
}

// inCondition reports a problem at a place inside an expression.
func (f *file) inCondition(n ast.Node, key string, line, column int, text string) {
	if rest, ok := strings.CutPrefix(text, "undeclared reference to '"); ok {
		name, _, _ := strings.Cut(rest, "'")
		text = fmt.Sprintf("there is no %s, want one of %s", name, strings.Join(fieldsLike(name), ", "))
	}
	text, _, _ = strings.Cut(strings.TrimPrefix(text, "Syntax error: "), "\n")
	text = plain(text)
	at := f.inScalar(n, max(line, 1), max(column, 0))
	f.problems.Add(Problem{File: at.File, Line: at.Line, Column: at.Column, Text: key + ": " + text})
}

// fieldsLike lists the fields that begin with the same word, or all first words.
func fieldsLike(name string) (list []string) {
	word, _, _ := strings.Cut(name, ".")
	var words []string
	for f := range conditionFields() {
		if strings.HasPrefix(f, word+".") {
			list = append(list, f)
		}
		if w, _, more := strings.Cut(f, "."); more {
			f = w + ".…"
		}
		words = append(words, f)
	}
	if list == nil {
		list = words
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// scene is what a condition looks at.
type scene struct {
	e *Engine
	m *signaling.Message
	t *tally
}

// ResolveName implements interpreter.Activation.
func (s *scene) ResolveName(name string) (any, bool) {
	f, ok := conditionFields()[name]
	if !ok {
		return nil, false
	}
	return f.get(s), true
}

// Parent implements interpreter.Activation.
func (*scene) Parent() interpreter.Activation { return nil }

// holds evaluates the condition of a rule. One that fails (it divides by nothing, it
// costs too much) does not hold, and is counted.
func (e *Engine) holds(d *Detection, m *signaling.Message, t *tally) bool {
	b, err := e.condition(d, m, t)
	if err != nil {
		e.failed[d.Index]++
		if e.Aside.Failed != nil {
			e.Aside.Failed(d)
		}
	}
	return b
}

// condition evaluates the condition of a rule; false where that fails.
func (e *Engine) condition(d *Detection, m *signaling.Message, t *tally) (bool, error) {
	v, _, err := d.condition.program.Eval(&scene{e, m, t})
	if err != nil {
		return false, err
	}
	b, _ := v.Value().(bool)
	return b, nil
}

// ConditionErrors are the numbers of evaluations that failed, by Detection.Index. The
// slice belongs to the engine.
func (e *Engine) ConditionErrors() []uint64 { return e.failed }

// Condition is the expression that has to hold besides the selectors; "" for none.
func (d *Detection) Condition() string {
	if d.condition == nil {
		return ""
	}
	return d.condition.text
}
