//go:build !linux && !darwin

package store

// hold is not known on this system.
func hold(string, bool) (release func(), err error) { return nil, errNoHold }
