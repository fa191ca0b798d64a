package main

import (
	"testing"
	"time"
)

// WeChat's word that nothing may be sent, when we made it, leaves it with what a deed has
// granted: a reply within its minute is taken from another right there than here.
func TestUncertainAfterRefusal(t *testing.T) {
	c := planted(t)
	at := time.Now()
	c.words["o"], c.said["o"], c.arrived["o"], c.told["1"] = deed{"1", at}, []string{"1"}, []string{"1"}, at
	if !c.certain("o") {
		t.Error("nothing happened, and it is uncertain")
	}
	c.shut["o"] = at.Add(-4 * time.Second)
	if c.certain("o") {
		t.Error("the customer's windows are certain 4 seconds after a refusal")
	}
	c.shut["o"] = at.Add(-2 * time.Minute)
	if !c.certain("o") {
		t.Error("the windows are uncertain two minutes after a refusal")
	}
}
