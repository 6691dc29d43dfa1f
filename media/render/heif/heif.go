// Package heif decodes HEIC pictures with libheif and libde265, which run as
// WebAssembly in this process: what a hostile file makes them do stays inside
// their memory. It is meant for processes that decode one picture and end.
package heif

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"errors"
	"fmt"
	"image"
	"io"
	"syscall"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// folder is one with the decoder in it, if the program was built with it.
//
//go:embed decoder
var folder embed.FS

// packed is the decoder, or nil.
var packed, _ = folder.ReadFile("decoder/heif.wasm.gz")

// Available reports whether the program was built with the decoder: see
// decoder/README.md.
func Available() bool { return len(packed) > 0 }

// Errors of Decode that say something about the picture. It returns others if
// the decoder itself cannot be started.
var (
	ErrPicture = errors.New("heif: the picture cannot be decoded")
	ErrMemory  = errors.New("heif: the picture takes more memory than there is")
)

// What the decoder calls the forms of pixels.
const (
	inYCbCr = 0
	inRGB   = 1
	inGray  = 2

	chroma420 = 1
	chroma422 = 2
	chroma444 = 3
)

const (
	pageSize = 64 << 10 // the unit of the decoder's memory
	least    = 16 << 20 // without so much it does not start
)

// Decode decodes a file of size bytes, upright, as its container says. The result
// is an image.YCbCr, whose numbers mean what the file's colr property says, an
// image.Gray, or an image.NRGBA or RGBA. Its pixels lie in the decoder's memory,
// which is at most limit bytes and given back when the process ends.
func Decode(ctx context.Context, r io.Reader, size, limit int64) (image.Image, error) {
	if limit < least || size < 0 || size > limit {
		return nil, ErrMemory
	}
	d, err := start(ctx, limit)
	if errors.Is(err, syscall.ENOMEM) {
		return nil, ErrMemory
	}
	if err != nil {
		return nil, err
	}
	img, err := d.decode(ctx, r, size)
	if err != nil && d.memory.full {
		return nil, ErrMemory
	}
	return img, err
}

// decoder is one instance of the module.
type decoder struct {
	module api.Module
	memory *memory
}

func start(ctx context.Context, limit int64) (*decoder, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("heif: %w", err)
	}
	code, err := io.ReadAll(io.LimitReader(z, 16<<20))
	if err != nil {
		return nil, fmt.Errorf("heif: %w", err)
	}
	pages := uint32(min(limit, 4<<30-pageSize) / pageSize)
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(pages))
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, runtime); err != nil {
		return nil, fmt.Errorf("heif: %w", err)
	}
	compiled, err := runtime.CompileModule(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("heif: %w", err)
	}
	d := &decoder{memory: &memory{}}
	d.module, err = runtime.InstantiateModule(d.memory.use(ctx), compiled, wazero.NewModuleConfig())
	if err != nil {
		return nil, fmt.Errorf("heif: %w", err)
	}
	return d, nil
}

func (d *decoder) decode(ctx context.Context, r io.Reader, size int64) (image.Image, error) {
	in, file, err := d.allocate(ctx, size)
	if err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(r, file); err != nil {
		return nil, fmt.Errorf("heif: %w", err)
	}
	if size >= 12 {
		// The decoder refuses files by the first of their brands alone, though
		// those of others hold the same.
		copy(file[8:12], "heic")
	}
	const results = 5 // width, height, kind of pixels, chroma, premultiplied
	head, _, err := d.allocate(ctx, 4*results)
	if err != nil {
		return nil, err
	}
	call := func(measureOnly, out uint64) error {
		res, err := d.module.ExportedFunction("decode").Call(ctx,
			in, uint64(size), measureOnly, head, head+4, head+8, head+12, head+16, out)
		if err != nil || len(res) == 0 || res[0] == 0 {
			return errors.Join(ErrPicture, err)
		}
		return nil
	}
	if err := call(1, 0); err != nil {
		return nil, err
	}
	var v [results]int
	for i := range v {
		n, _ := d.module.Memory().ReadUint32Le(uint32(head) + 4*uint32(i))
		v[i] = int(n)
	}
	l, err := layoutOf(v[0], v[1], v[2], v[3])
	if err != nil {
		return nil, err
	}
	out, pixels, err := d.allocate(ctx, int64(l.size))
	if err != nil {
		return nil, err
	}
	if err := call(0, out); err != nil {
		return nil, err
	}
	return l.image(pixels, v[4] == 1), nil
}

// allocate takes memory inside the decoder and returns its address there and
// the bytes themselves, which do not move.
func (d *decoder) allocate(ctx context.Context, size int64) (uint64, []byte, error) {
	res, err := d.module.ExportedFunction("malloc").Call(ctx, uint64(size))
	if err != nil || len(res) == 0 || res[0] == 0 {
		return 0, nil, errors.Join(ErrMemory, err)
	}
	b, ok := d.module.Memory().Read(uint32(res[0]), uint32(size))
	if !ok {
		return 0, nil, ErrMemory
	}
	return res[0], b, nil
}
