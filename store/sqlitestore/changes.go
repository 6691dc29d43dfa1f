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

// Where the columns that are looked at stand in their tables.
const (
	firstID      = 0 // of user, album and media
	likeMedia    = 0
	mediaAlbum   = 1
	commentMedia = 2
	albumState   = 8
)

// row notes what a row that changes is part of: an album's identifier stands for
// its media, a medium's for its comments and likes. They also depend on whether
// the album is DELETING, of which its own row alone tells: that happens once in an
// album's life, and then everything is read again.
func (ch *changes) row(d sqlite.SQLitePreUpdateData) {
	var columns []any
	switch d.TableName {
	case "user", "media", "comment", "likes":
		columns = make([]any, commentMedia+1)
	case "album":
		columns = make([]any, albumState+1)
	default: // nothing in the cache is made of it
		return
	}
	look := func(read func(...any) error) {
		if err := read(columns...); err != nil {
			ch.everything = true
			return
		}
		switch d.TableName {
		case "user":
			ch.note(columns[firstID])
		case "media":
			ch.note(columns[firstID])
			ch.note(columns[mediaAlbum])
		case "comment":
			ch.note(columns[commentMedia])
		case "likes":
			ch.note(columns[likeMedia])
		case "album":
			ch.note(columns[firstID])
			if columns[albumState] == int64(states.code(album.Deleting)) {
				ch.everything = true
			}
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
