package storetest

import (
	"context"
	"testing"

	"keepsake/album"
	"keepsake/store"
)

// keyWrite is a call of a method that is done once under a key.
type keyWrite struct {
	method string
	call   func(ctx context.Context) (any, error)
}

// results are what a method gave beside an error.
func results[T any](v T, err error) (any, error) { return v, err }

func results2[T, U any](v T, w U, err error) (any, error) { return []any{v, w}, err }

func noResult(err error) (any, error) { return nil, err }

// keyWrites are all of them, in an order in which each finds something to do.
func (x furnished) keyWrites(f *Fixture) []keyWrite {
	s, c := f.s, f.Change(x.owner)
	u, identity := f.NewUser("somebody")
	session, fresh := f.Session(x.guest), f.NewSession(x.owner)
	made, share, comment := f.NewAlbum(x.owner), f.NewShare(x.id, x.owner), f.NewComment(x.medium.ID, x.owner, "new")
	medium := f.NewMedia(x.id, x.owner)
	text, one := "new", []album.MediaID{x.medium.ID}
	joined := album.Membership{AlbumID: x.id, UserID: x.stranger, Role: album.Viewer, JoinedAt: c.At}
	type ctx = context.Context
	return []keyWrite{
		{"CreateUser", func(ctx ctx) (any, error) { return noResult(s.CreateUser(ctx, u, identity)) }},
		{"SetSecret", func(ctx ctx) (any, error) {
			return noResult(s.SetSecret(ctx, identity.Provider, identity.Subject, text))
		}},
		{"UpdateUser", func(ctx ctx) (any, error) {
			return results(s.UpdateUser(ctx, x.guest, album.UserPatch{DisplayName: &text}))
		}},
		{"CreateSession", func(ctx ctx) (any, error) { return noResult(s.CreateSession(ctx, fresh)) }},
		{"RotateSession", func(ctx ctx) (any, error) {
			return results(s.RotateSession(ctx, session.RefreshHash, Hash("next"), c.At, session.ExpiresAt))
		}},
		{"RevokeSession", func(ctx ctx) (any, error) { return noResult(s.RevokeSession(ctx, fresh.ID, c.At)) }},
		{"RevokeSessions", func(ctx ctx) (any, error) { return results(s.RevokeSessions(ctx, x.guest, "", c.At)) }},
		{"CreateAlbum", func(ctx ctx) (any, error) { return results(s.CreateAlbum(ctx, made, c)) }},
		{"UpdateAlbum", func(ctx ctx) (any, error) {
			return results2(s.UpdateAlbum(ctx, x.id, album.AlbumPatch{Title: &text}, c))
		}},
		{"AddMember", func(ctx ctx) (any, error) { return results2(s.AddMember(ctx, joined, c)) }},
		{"SetRole", func(ctx ctx) (any, error) {
			return results2(s.SetRole(ctx, x.id, x.stranger, album.Viewer, album.Editor, c))
		}},
		{"CreateShare", func(ctx ctx) (any, error) { return noResult(s.CreateShare(ctx, share)) }},
		{"RevokeShare", func(ctx ctx) (any, error) { return results(s.RevokeShare(ctx, share.ID, c)) }},
		{"CreateMedia", func(ctx ctx) (any, error) { return noResult(s.CreateMedia(ctx, []*album.Media{medium}, plenty)) }},
		{"EditMedia", func(ctx ctx) (any, error) {
			return results2(s.EditMedia(ctx, x.medium.ID, album.MediaPatch{Caption: &text}, c))
		}},
		{"ArrangeMedia", func(ctx ctx) (any, error) { return results(s.ArrangeMedia(ctx, x.id, one, "", c)) }},
		{"AddComment", func(ctx ctx) (any, error) { return results2(s.AddComment(ctx, comment)) }},
		{"EditComment", func(ctx ctx) (any, error) { return results2(s.EditComment(ctx, comment.ID, "newer", c)) }},
		{"RemoveComment", func(ctx ctx) (any, error) { return results2(s.RemoveComment(ctx, comment.ID, c)) }},
		{"MoveMedia", func(ctx ctx) (any, error) {
			return results(s.MoveMedia(ctx, x.elsewhere.ID, x.id, []album.MediaID{x.movable.ID}, c))
		}},
		{"TrashMedia", func(ctx ctx) (any, error) { return results(s.TrashMedia(ctx, x.id, one, c)) }},
		{"RestoreMedia", func(ctx ctx) (any, error) { return results(s.RestoreMedia(ctx, x.id, one, c)) }},
		{"DeleteMedia", func(ctx ctx) (any, error) { return results(s.DeleteMedia(ctx, x.id, one, c)) }},
		{"RemoveMember", func(ctx ctx) (any, error) { return results(s.RemoveMember(ctx, x.id, x.guest, album.Viewer, c)) }},
		{"TransferAlbum", func(ctx ctx) (any, error) { return results(s.TransferAlbum(ctx, x.id, x.owner, x.stranger, c)) }},
		{"SetAlbumState", func(ctx ctx) (any, error) { return results(s.SetAlbumState(ctx, x.id, album.Deleting, c)) }},
	}
}

// doneOnce runs every write under a key of its own: first with a key that is lost,
// then with one that is held, then as who takes that over.
func doneOnce(t *testing.T, f *Fixture) {
	x := furnish(f)
	for _, w := range x.keyWrites(f) {
		k := f.take(t, f.newKey(w.method, "first"), f.Now())
		lost := k
		lost.Token = "lost"
		_, err := w.call(store.WithKey(f.ctx, lost))
		wantCode(t, w.method+" with a lost key", err, album.CodeUnavailable)

		want, err := w.call(store.WithKey(f.ctx, k))
		wantCode(t, w.method, err, "")
		heads := must(f.s.Heads(f.ctx, []album.AlbumID{x.id, x.elsewhere.ID}))(t)
		k = f.take(t, f.newKey(w.method, "second"), k.Until)
		if k.Token != "second" || len(k.Steps) != 1 {
			t.Errorf("%s: %d steps", w.method, len(k.Steps))
		}
		again := store.WithKey(f.ctx, k)
		if !store.Begun(again) {
			t.Errorf("%s: nothing was begun", w.method)
		}
		got, err := w.call(again)
		wantCode(t, w.method+" again", err, "")
		equal(t, w.method+" again", got, want)
		equal(t, "heads after "+w.method, must(f.s.Heads(f.ctx, []album.AlbumID{x.id, x.elsewhere.ID}))(t), heads)
	}
}
