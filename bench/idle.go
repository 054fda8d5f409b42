package main

import "context"

func (b *bench) measureIdle(ctx context.Context, dir string) error { return nil }
