//go:build !linux

package main

import "errors"

const unlimited = ^uint64(0)

func limitFiles(int, uint64) error { return errors.New("only on Linux") }
