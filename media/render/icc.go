package render

import (
	"encoding/binary"
	"errors"
	"math"
)

// profile is an ICC profile of primaries and curves, as cameras and screens have
// them. Those of printers, made of tables, are not read.
type profile struct {
	gray   bool
	colors [3][3]float64              // XYZ of red, green and blue, for the white of D50
	curves [3]func(v float64) float64 // 0 to 1, into light
}

const (
	iccHead    = 128
	maxTags    = 128
	maxEntries = 1 << 16 // of a curve
)

var errProfile = errors.New("not a profile of primaries and curves")

// parseProfile reads a profile. Nothing of it is trusted.
func parseProfile(b []byte) (*profile, error) {
	be := binary.BigEndian
	if len(b) < iccHead+4 || string(b[36:40]) != "acsp" || string(b[20:24]) != "XYZ " {
		return nil, errProfile
	}
	tags := map[string][]byte{}
	count := int(be.Uint32(b[iccHead:]))
	if count < 1 || count > maxTags || len(b) < iccHead+4+12*count {
		return nil, errProfile
	}
	for i := range count {
		t := b[iccHead+4+12*i:]
		off, size := uint64(be.Uint32(t[4:])), uint64(be.Uint32(t[8:]))
		if off+size > uint64(len(b)) {
			return nil, errProfile
		}
		tags[string(t[:4])] = b[off : off+size]
	}
	var p profile
	names := [3]string{"r", "g", "b"}
	switch string(b[16:20]) {
	case "GRAY":
		p.gray = true
		curve, err := parseCurve(tags["kTRC"])
		p.curves = [3]func(float64) float64{curve, curve, curve}
		return &p, err
	case "RGB ":
		for i, name := range names {
			var err error
			if p.curves[i], err = parseCurve(tags[name+"TRC"]); err != nil {
				return nil, err
			}
			xyz := tags[name+"XYZ"]
			if len(xyz) < 20 || string(xyz[:4]) != "XYZ " {
				return nil, errProfile
			}
			for j := range 3 {
				p.colors[i][j] = fixed(xyz[8+4*j:])
			}
		}
		return &p, nil
	}
	return nil, errProfile
}

// fixed reads a number with 16 bits behind the point.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// parseCurve reads a curve: a table, or the parameters of a formula.
func parseCurve(b []byte) (func(float64) float64, error) {
	if len(b) < 12 {
		return nil, errProfile
	}
	switch string(b[:4]) {
	case "curv":
		return parseTable(int(binary.BigEndian.Uint32(b[8:])), b[12:])
	case "para":
		return parseFormula(int(binary.BigEndian.Uint16(b[8:])), b[12:])
	}
	return nil, errProfile
}

func parseTable(n int, b []byte) (func(float64) float64, error) {
	if n < 0 || n > maxEntries || len(b) < 2*n {
		return nil, errProfile
	}
	switch n {
	case 0:
		return func(v float64) float64 { return v }, nil
	case 1:
		return power(float64(binary.BigEndian.Uint16(b)) / 256)
	}
	return func(v float64) float64 {
		at := min(max(v, 0), 1) * float64(n-1)
		i := min(int(at), n-2)
		low, high := float64(binary.BigEndian.Uint16(b[2*i:])), float64(binary.BigEndian.Uint16(b[2*i+2:]))
		return (low + (high-low)*(at-float64(i))) / 65535
	}, nil
}

func power(gamma float64) (func(float64) float64, error) {
	if gamma < 0.1 || gamma > 10 {
		return nil, errProfile
	}
	return func(v float64) float64 { return math.Pow(v, gamma) }, nil
}

// parseFormula reads a curve of the ICC's types 0 to 4: (a*v+b)^g + e from d on,
// and c*v + f below.
func parseFormula(kind int, raw []byte) (func(float64) float64, error) {
	counts := []int{1, 3, 4, 5, 7}
	if kind < 0 || kind >= len(counts) || len(raw) < 4*counts[kind] {
		return nil, errProfile
	}
	var n [7]float64 // g a b c d e f
	for i := range counts[kind] {
		n[i] = fixed(raw[4*i:])
	}
	g, a, b, c, d, e, f := n[0], n[1], n[2], n[3], n[4], n[5], n[6]
	switch kind {
	case 0:
		return power(g)
	case 1:
		if a == 0 {
			return nil, errProfile
		}
		c, d, e, f = 0, -b/a, 0, 0
	case 2:
		if a == 0 {
			return nil, errProfile
		}
		c, d, e, f = 0, -b/a, n[3], n[3]
	}
	return func(v float64) float64 {
		if v < d {
			return c*v + f
		}
		return math.Pow(max(0, a*v+b), g) + e
	}, nil
}
