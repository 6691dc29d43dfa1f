//go:build linux || darwin

package heif

import (
	"context"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// memory is the decoder's memory: room is reserved once and opened as it grows,
// so that growing copies nothing and only what is used counts.
type memory struct {
	room []byte
	open int
	full bool // it could not grow
}

// use makes modules that are instantiated with ctx take this memory.
func (m *memory) use(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(
		func(_, limit uint64) experimental.LinearMemory {
			room, err := syscall.Mmap(-1, 0, int(limit), syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
			if err != nil {
				m.full = true
			}
			m.room = room
			return m
		}))
}

// Reallocate opens the first size bytes; nil says that there is no memory.
func (m *memory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.room)) {
		m.full = true
		return nil
	}
	if n := int(size); n > m.open {
		if err := syscall.Mprotect(m.room[:n], syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
			m.full = true
			return nil
		}
		m.open = n
	}
	return m.room[:size]
}

// Free is called when the module is closed, which does not happen.
func (m *memory) Free() {}
