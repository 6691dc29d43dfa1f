package sqlitestore

import (
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"keepsake/album"
)

// changes is what the transaction that runs has changed of what a cache may
// hold: the slots of its counters. SQLite itself tells of each row before it is
// changed, by whatever statement, so no write has to think of the cache. What is
// rolled back is told too, which costs a read.
//
// It belongs to the writer's goroutine. Nil changes, those of a store without a
// cache, do nothing.
type changes struct {
	cache      *cache
	slots      map[uint32]struct{}
	everything bool
}

// follow has a connection tell its changes to a cache, if there is one.
func follow(c *conn, to *cache) (*changes, error) {
	if to == nil {
		return nil, nil //nolint:nilnil // nil changes do nothing
	}
	ch := &changes{cache: to, slots: map[uint32]struct{}{}}
	hooks, ok := c.raw.(sqlite.HookRegisterer)
	if !ok {
		return nil, fmt.Errorf("a %T tells no changes", c.raw)
	}
	hooks.RegisterPreUpdateHook(ch.row)
	return ch, nil
}

// told says, of each table that something in the cache is made of, in which of its
// columns the identifiers stand that its rows belong to: an album's for its media,
// a medium's for its comments and likes.
var told = map[string][]int{
	"user":    {0},    // id
	"album":   {0},    // id
	"media":   {0, 1}, // id, album_id
	"comment": {2},    // media_id
	"likes":   {0},    // media_id
}

// stateColumn is where an album's state stands. Comments and media depend on it
// too, if it is DELETING: that happens once in an album's life, and then
// everything is read again.
const stateColumn = 8

// row notes what a row belongs to, before the change and after it.
func (ch *changes) row(d sqlite.SQLitePreUpdateData) {
	ids, ok := told[d.TableName]
	if !ok {
		return
	}
	var columns [stateColumn + 1]any
	look := func(read func(...any) error) {
		to := columns[:ids[len(ids)-1]+1]
		if d.TableName == "album" {
			to = columns[:]
		}
		if err := read(to...); err != nil {
			ch.everything = true
			return
		}
		for _, at := range ids {
			ch.note(columns[at])
		}
		if columns[stateColumn] == int64(states.code(album.Deleting)) {
			ch.everything = true
		}
	}
	if d.Op != sqlite3.SQLITE_INSERT {
		look(d.Old)
	}
	if d.Op != sqlite3.SQLITE_DELETE {
		look(d.New)
	}
}

func (ch *changes) note(id any) {
	text, ok := id.(string)
	if !ok {
		ch.everything = true
		return
	}
	ch.slots[slotOf(ch.cache, text)] = struct{}{}
}

// step moves the counters of what was changed on, to odd before the commit and
// to even after it.
func (ch *changes) step() {
	if ch == nil {
		return
	}
	if ch.everything {
		ch.cache.everything.Add(1)
	}
	for slot := range ch.slots {
		ch.cache.counters[slot].Add(1)
	}
}

// forget begins anew, after a transaction.
func (ch *changes) forget() {
	if ch == nil {
		return
	}
	clear(ch.slots)
	ch.everything = false
}
