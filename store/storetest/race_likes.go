package storetest

import (
	"slices"
	"testing"

	"keepsake/album"
)

func raceLikes() []promise {
	return []promise{
		{"64 users like one medium", raceUsersLike},
		{"one user likes and unlikes in 64 calls at once", raceToggle},
		{"many users toggle many media", raceToggleMany},
		{"a like of a medium on its way into the trash", raceLikeTrash},
	}
}

func raceUsersLike(t *testing.T, f *Fixture) {
	users := f.Users(64)
	a := f.Album(users[0])
	m := f.Ready(a.ID, users[0])
	at := f.Tick()
	states := make([]album.LikeState, len(users))
	errs := together(len(users), func(i int) error {
		s, changed, err := f.s.SetLike(f.ctx, album.Like{MediaID: m.ID, UserID: users[i], At: at}, true)
		if err == nil && !changed {
			t.Errorf("the first like of user %d changed nothing", i)
		}
		states[i] = s
		return err
	})
	wantAll(t, "SetLike", errs, "")
	slices.SortFunc(states, func(a, b album.LikeState) int { return int(a.Version - b.Version) })
	for i, s := range states {
		want := album.LikeState{AlbumID: a.ID, MediaID: m.ID, Count: i + 1, Version: int64(i + 1)}
		equal(t, "the states returned, by version", s, want)
	}
	equal(t, "LikeCount", f.medium(m.ID).LikeCount, len(users))
	CheckAlbum(t, f.s, a.ID)
}

func raceToggle(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	at := f.Tick()
	const calls = 64
	changed := make([]album.LikeState, calls)
	errs := together(calls, func(i int) error {
		s, is, err := f.s.SetLike(f.ctx, album.Like{MediaID: m.ID, UserID: owner, At: at}, i%2 == 0)
		if is {
			changed[i] = s
			if (i%2 == 0) != (s.Count == 1) {
				t.Errorf("call %d changed the count to %d", i, s.Count)
			}
		}
		return err
	})
	wantAll(t, "SetLike", errs, "")
	changed = slices.DeleteFunc(changed, func(s album.LikeState) bool { return s.Version == 0 })
	slices.SortFunc(changed, func(a, b album.LikeState) int { return int(a.Version - b.Version) })
	for i, s := range changed {
		if s.Version != int64(i+1) || s.Count != (i+1)%2 {
			t.Errorf("change %d led to version %d, count %d", i+1, s.Version, s.Count)
		}
	}
	got := f.medium(m.ID)
	if got.LikeVersion != int64(len(changed)) || got.LikeCount != len(changed)%2 {
		t.Errorf("after %d changes the medium is at version %d, count %d", len(changed), got.LikeVersion, got.LikeCount)
	}
	CheckAlbum(t, f.s, a.ID)
}

func raceToggleMany(t *testing.T, f *Fixture) {
	users := f.Users(16)
	a := f.Album(users[0])
	media := f.Media(a.ID, users[0], 3)
	at := f.Tick()
	changes := make([]map[album.MediaID]int64, len(users))
	errs := together(len(users), func(i int) error {
		changes[i] = map[album.MediaID]int64{}
		for step := range 12 {
			id := media[(i+step)%len(media)]
			_, changed, err := f.s.SetLike(f.ctx, album.Like{MediaID: id, UserID: users[i], At: at}, (step/3)%2 == 0)
			if err != nil {
				return err
			}
			if changed {
				changes[i][id]++
			}
		}
		return nil
	})
	wantAll(t, "SetLike", errs, "")
	for _, id := range media {
		var total int64
		for _, mine := range changes {
			total += mine[id]
		}
		equal(t, "LikeVersion", f.medium(id).LikeVersion, total)
	}
	CheckAlbum(t, f.s, a.ID)
}

func raceLikeTrash(t *testing.T, f *Fixture) {
	users := f.Users(16)
	a := f.Album(users[0])
	m := f.Ready(a.ID, users[0])
	c := f.Change(users[0])
	errs := together(len(users), func(i int) error {
		if i == len(users)/2 {
			return errOf(f.s.TrashMedia(f.ctx, a.ID, []album.MediaID{m.ID}, c))
		}
		return errOf2(f.s.SetLike(f.ctx, album.Like{MediaID: m.ID, UserID: users[i], At: c.At}, true))
	})
	wantAll(t, "SetLike and TrashMedia", errs, "", album.CodeNotFound)
	equal(t, "LikeCount", f.medium(m.ID).LikeCount, count(errs, "")-1)
	CheckAlbum(t, f.s, a.ID)
}
