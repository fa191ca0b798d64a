package store

import "slices"

// SeenBy is an agent as a colleague may see them: whom they speak as at official
// accounts that the colleague does not see is not told.
func (a Agent) SeenBy(colleague *Agent) Agent {
	a.Bindings = slices.DeleteFunc(slices.Clone(a.Bindings), func(b Binding) bool { return !colleague.Sees(b.Account) })
	return a
}
