//go:build !linux && !darwin

package heif

import "context"

// memory is the decoder's memory, here as package wazero makes it.
type memory struct{ full bool }

func (m *memory) use(ctx context.Context) context.Context { return ctx }
