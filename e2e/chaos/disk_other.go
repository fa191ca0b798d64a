//go:build !linux

package main

import (
	"context"
	"time"
)

func apart(context.Context, []string) (bool, error) { return false, nil }

func (c *chaos) mountDisk(string) bool { return false }

func (c *chaos) dropDisk() {}

func (c *chaos) fillDisk(context.Context, time.Duration) error { return errNotHere }

func (c *chaos) startFull(context.Context, time.Duration) error { return errNotHere }

func (c *chaos) limitFiles(context.Context, time.Duration) error { return errNotHere }
