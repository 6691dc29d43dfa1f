package migrate

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// How often a meter writes: a terminal's line is drawn anew, else a line is
// added now and then.
const (
	redrawEvery = 100 * time.Millisecond
	lineEvery   = 10 * time.Second
)

// Meter shows progress to a person. Its methods may be called concurrently.
type Meter struct {
	w        io.Writer
	terminal bool
	now      func() time.Time

	mu    sync.Mutex
	step  Progress  // what was told last
	begun time.Time // the step
	drawn time.Time
}

// NewMeter returns a meter that draws one line on a terminal again and again,
// or, where w is none, writes a line at the end of each step and every ten
// seconds.
func NewMeter(w io.Writer, terminal bool, now func() time.Time) *Meter {
	return &Meter{w: w, terminal: terminal, now: now}
}

// Show is for Migration.Progress.
func (m *Meter) Show(p Progress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if p.Step != m.step.Step {
		m.end()
		m.begun, m.drawn = now, now
		if m.terminal {
			m.drawn = time.Time{}
		}
		m.step = Progress{}
	}
	p.Done, p.Bytes = max(p.Done, m.step.Done), max(p.Bytes, m.step.Bytes) // told by several at once
	m.step = p
	switch {
	case m.terminal && now.Sub(m.drawn) >= redrawEvery:
		m.write("\r" + m.line(now) + clearRest)
		m.drawn = now
	case !m.terminal && now.Sub(m.drawn) >= lineEvery:
		m.write(m.line(now) + "\n")
		m.drawn = now
	}
}

// End ends the last step's line.
func (m *Meter) End() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.end()
	m.step = Progress{}
}

const clearRest = "\x1b[K"

func (m *Meter) end() {
	switch {
	case m.step.Step == "":
	case m.terminal:
		m.write("\r" + m.line(m.now()) + clearRest + "\n")
	default:
		m.write(m.line(m.now()) + "\n")
	}
}

// write is to a person's screen: what cannot be shown is no reason to stop.
func (m *Meter) write(s string) { _, _ = io.WriteString(m.w, s) }

const barWidth = 20

func (m *Meter) line(now time.Time) string {
	p, spent := m.step, now.Sub(m.begun)
	total := max(p.Total, p.Done)
	part := 1.0
	if total > 0 {
		part = float64(p.Done) / float64(total)
	}
	bar := strings.Repeat("=", int(part*barWidth))
	s := fmt.Sprintf("%-18s [%-*s] %3.0f%%  %d of %d", p.Step, barWidth, bar, 100*part, p.Done, total)
	if seconds := spent.Seconds(); seconds >= 1 {
		s += fmt.Sprintf("  %.0f/s", float64(p.Done)/seconds)
		if p.Bytes > 0 {
			s += fmt.Sprintf("  %.1f MB/s", float64(p.Bytes)/1e6/seconds)
		}
		if p.Done > 0 && p.Done < total {
			left := time.Duration(float64(spent) * (1 - part) / part)
			s += fmt.Sprintf("  %v left", left.Round(time.Second))
		}
	}
	return s
}
