package render

// coding turns YCbCr into RGB, in units of 1/65536.
type coding struct {
	black         int32 // what Y has at least
	y             int32
	rCr, gCb, gCr int32
	bCb           int32
}

// Matrices, as ITU-T H.273 counts them; any other is taken as 601.
const (
	matrix709  = 1
	matrix601  = 6
	matrix2020 = 9
)

// codingOf makes the coding of a matrix. With limited numbers, black is 16, white
// 235, and colours go from 16 to 240.
func codingOf(matrix int, limited bool) coding {
	kr, kb := 0.299, 0.114
	switch matrix {
	case matrix709:
		kr, kb = 0.2126, 0.0722
	case matrix2020:
		kr, kb = 0.2627, 0.0593
	}
	kg := 1 - kr - kb
	black, luma, chroma := int32(0), 1.0, 1.0
	if limited {
		black, luma, chroma = 16, 255.0/219, 255.0/224
	}
	unit := func(f float64) int32 { return int32(f*65536 + 0.5) }
	return coding{
		black: black, y: unit(luma),
		rCr: unit(chroma * 2 * (1 - kr)), bCb: unit(chroma * 2 * (1 - kb)),
		gCb: unit(chroma * 2 * (1 - kb) * kb / kg), gCr: unit(chroma * 2 * (1 - kr) * kr / kg),
	}
}

// row turns a row of pixels into RGBA.
func (c coding) row(dst, luma, cb, cr []byte) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	dst = dst[:4*len(luma)]
	for i, v := range luma {
		y := (int32(v)-c.black)*c.y + 1<<15
		b, r := int32(cb[i])-128, int32(cr[i])-128
		d := dst[4*i : 4*i+4 : 4*i+4]
		d[0] = clamp(y + c.rCr*r)
		d[1] = clamp(y - c.gCb*b - c.gCr*r)
		d[2] = clamp(y + c.bCb*b)
		d[3] = 255
	}
}

// clamp cuts the fraction of v, in units of 1/65536, and what is no byte.
func clamp(v int32) byte {
	if uint32(v) < 256<<16 {
		return byte(v >> 16)
	}
	return byte(^(v >> 31))
}
