//go:build race

package main

// race: the program is built with the race detector, as this test is.
const race = true
