package storetest

import (
	"testing"

	"keepsake/album"
)

func likes() []promise {
	return []promise{
		{"SetLike counts and versions each change", setLike},
		{"likes make no entries", quietLikes},
		{"likes page by time, the latest first", pagedLikes},
		{"likes of many media page together", manyLikes},
		{"Liked says which media a user likes", liked},
	}
}

func setLike(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	for i, c := range []struct {
		user    album.UserID
		liked   bool
		changed bool
		count   int
		version int64
	}{
		{guest, false, false, 0, 0},
		{guest, true, true, 1, 1},
		{guest, true, false, 1, 1},
		{owner, true, true, 2, 2},
		{guest, false, true, 1, 3},
		{guest, false, false, 1, 3},
		{guest, true, true, 2, 4},
		{owner, false, true, 1, 5},
		{guest, false, true, 0, 6},
	} {
		want := album.LikeState{AlbumID: a.ID, MediaID: m.ID, Count: c.count, Version: c.version}
		l := album.Like{MediaID: m.ID, UserID: c.user, At: f.Tick()}
		got, changed, err := f.s.SetLike(f.ctx, l, c.liked)
		wantCode(t, "SetLike", err, "")
		if got != want || changed != c.changed {
			t.Errorf("step %d: %+v, changed %t, want %+v, %t", i, got, changed, want, c.changed)
		}
		states := must(f.s.LikeStates(f.ctx, []album.MediaID{m.ID}))(t)
		equal(t, "LikeStates", states, map[album.MediaID]album.LikeState{m.ID: want})
		read := f.medium(m.ID)
		if read.LikeCount != c.count || read.LikeVersion != c.version {
			t.Errorf("step %d: the medium has %d likes, version %d", i, read.LikeCount, read.LikeVersion)
		}
		is := must(f.s.Liked(f.ctx, c.user, []album.MediaID{m.ID}))(t)[m.ID]
		equal(t, "Liked", is, c.liked)
		CheckAlbum(t, f.s, a.ID)
	}
}

func quietLikes(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	want := f.album(a.ID)
	f.Like(m.ID, owner)
	equal(t, "album", f.album(a.ID), want)
	at := must(likesOf(f.ctx, f.s, m.ID).walk(10))(t)
	f.unchanged(t, a.ID, func() { f.Like(m.ID, owner) }) // not even the time
	equal(t, "likes", must(likesOf(f.ctx, f.s, m.ID).walk(10))(t), at)
}

func pagedLikes(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m, other := f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	f.Like(other.ID, owner)
	var want []album.Like
	for i, at := range ties(f, 11) {
		l := album.Like{MediaID: m.ID, UserID: f.User(f.NewID("fan")), At: at}
		_, changed, err := f.s.SetLike(f.ctx, l, true)
		if err != nil || !changed {
			t.Fatalf("SetLike: changed %t, %v", changed, err)
		}
		if i == 5 {
			_, _, err = f.s.SetLike(f.ctx, l, false)
			wantCode(t, "SetLike", err, "")
			continue
		}
		want = append(want, l)
	}
	l := likesOf(f.ctx, f.s, m.ID)
	want = descending(want, likePosition)
	equal(t, "likes", must(l.walk(100))(t), want)
	wantPages(t, l, ids(want, likeUser))
	CheckAlbum(t, f.s, a.ID)
}

func manyLikes(t *testing.T, f *Fixture) {
	users := f.Users(5)
	a := f.Album(users[0])
	media := f.Media(a.ID, users[0], 4)
	want := map[album.MediaID][]album.UserID{}
	for i, id := range media[:3] { // the last has none
		for _, u := range users[i:] {
			f.Like(id, u)
			want[id] = append([]album.UserID{u}, want[id]...)
		}
	}
	asked := append([]album.MediaID{media[1], album.MediaID(f.NewID(album.MediaPrefix))}, media...)
	for limit := 1; limit <= 6; limit++ {
		got := map[album.MediaID][]album.UserID{}
		for id, rows := range must(f.s.LikesOf(f.ctx, asked, firstRows(limit)))(t) {
			got[id] = ids(rows, likeUser)
		}
		equal(t, "the first likes", got, firstOf(want, limit))
	}
}

func liked(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	all := f.Media(a.ID, owner, 5)
	f.Like(all[0], guest)
	f.Like(all[3], guest)
	f.Like(all[1], owner)
	asked := append([]album.MediaID{all[3], album.MediaID(f.NewID(album.MediaPrefix))}, all...)
	for user, want := range map[album.UserID][]album.MediaID{
		guest: {all[0], all[3]}, owner: {all[1]}, album.UserID(f.NewID(album.UserPrefix)): nil,
	} {
		got := must(f.s.Liked(f.ctx, user, asked))(t)
		var likes []album.MediaID
		for id, is := range got {
			if is {
				likes = append(likes, id)
			}
		}
		equal(t, "liked media", sorted(likes), sorted(want))
	}
}
