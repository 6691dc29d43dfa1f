package main

import (
	"context"
	"errors"
	"os"
	"time"
)

// measure takes every row that was asked for.
func measure(ctx context.Context, o options) (_ *report, err error) {
	if err := allowFiles(o.most()); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "keepsake-live-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	w, err := prepare(ctx, o, dir)
	if err != nil {
		return nil, err
	}
	v := &visitor{options: o, world: w, epoch: time.Now()}
	r := &report{options: o}
	for round := range o.rounds {
		if err := v.round(ctx, round, r); err != nil {
			return nil, err
		}
	}
	if o.rows[rowHeld] {
		err = v.note(ctx, r, &r.many, keepsakeName, plan{n: o.many, hold: true})
	}
	return r, err
}

// round measures the systems by turns, each with its server fresh. What takes
// long is done in the first round alone.
func (v *visitor) round(ctx context.Context, round int, r *report) error {
	o := v.options
	p := plan{n: o.n, memory: o.rows[rowMemory]}
	if o.rows[rowFanOut] {
		p.alone, p.train = o.alone, o.events
	}
	if o.rows[rowIdle] && round == 0 {
		p.idle = o.idle
	}
	both := p != plan{n: o.n}
	ours := p
	ours.queries = o.rows[rowQueries]
	if both || ours.queries {
		if err := v.note(ctx, r, &r.crowd, keepsakeName, ours); err != nil {
			return err
		}
	}
	if both {
		if err := v.note(ctx, r, &r.crowd, centrifugeName, p); err != nil {
			return err
		}
	}
	if o.rows[rowComment] {
		for _, name := range []string{keepsakeName, bareName} {
			if err := v.note(ctx, r, &r.few, name, plan{n: o.few, alone: o.comments}); err != nil {
				return err
			}
		}
	}
	return nil
}

// note visits a server and adds what it showed to a part of the report.
func (v *visitor) note(ctx context.Context, r *report, part *part, name string, p plan) error {
	got, err := v.visit(ctx, name, p)
	if err != nil {
		return err
	}
	part.add(name, got)
	r.progress(name, p, got)
	return nil
}
