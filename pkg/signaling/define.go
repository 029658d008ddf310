package signaling

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// maxDefined bounds the operations that are defined at run time: each is a value of
// a metric's label, and the table of commands must stay sparse.
const maxDefined = 200

var defining sync.Mutex

// Define adds a Diameter command, and the name of its application unless it is
// empty, to the catalogue, for the life of the process: from a dictionary, before
// the messages that have it are read. What is there already is given back; a command
// of the catalogue keeps its names, and another class for it is an error.
func Define(o OperationInfo, application string) (Operation, error) {
	defining.Lock()
	defer defining.Unlock()
	old := current.Load()
	if op := old.command(o.App, o.Code); op != 0 {
		if i := &old.infos[op]; i.Class != o.Class {
			return op, fmt.Errorf("command %d of application %d is known as %s, class %s", o.Code, o.App, i.Name, i.Class)
		}
		return op, nil
	}
	if len(old.infos)-builtinOperations >= maxDefined {
		return 0, fmt.Errorf("more than %d commands", maxDefined)
	}
	c := *old
	c.infos, c.names, c.apps = slices.Clone(old.infos), maps.Clone(old.names), maps.Clone(old.apps)
	if application != "" && c.application(o.App) == "" {
		if c.apps == nil {
			c.apps = make(map[uint32]string)
		}
		c.apps[o.App] = application
	}
	o.Protocol = Diameter
	op := c.add(o)
	c.putCommand(o.App, o.Code, op)
	if c.command(anyApplication, o.Code) == 0 {
		c.putCommand(anyApplication, o.Code, op)
	}
	current.Store(&c)
	return op, nil
}

// builtinOperations is the number of operations that are not defined at run time.
var builtinOperations = NumOperations()

// DefineApplication names an application. The built-in names stand.
func DefineApplication(app uint32, name string) {
	defining.Lock()
	defer defining.Unlock()
	old := current.Load()
	if name == "" || old.application(app) != "" {
		return
	}
	c := *old
	if c.apps = maps.Clone(old.apps); c.apps == nil {
		c.apps = make(map[uint32]string)
	}
	c.apps[app] = name
	current.Store(&c)
}

// ParseClass is the inverse of Class.String.
func ParseClass(s string) (Class, bool) { return parse[Class](classNames[:], s) }
