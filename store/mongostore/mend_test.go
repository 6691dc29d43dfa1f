package mongostore

import (
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"keepsake/album"
	"keepsake/internal/testenv/mongoserver"
	"keepsake/store/storetest"
)

// TestMend: a database of before there were ranks, work and storage is mended
// when it is opened, by many nodes at once, and only once.
func TestMend(t *testing.T) {
	t.Parallel()
	server := mongoserver.Start(t)
	first := openClosed(t, server, nil)
	f := storetest.NewFixture(t, first)
	owner, idle := f.User("owner"), f.User("idle")
	a := f.Album(owner)
	ready, pending := f.Ready(a.ID, owner), f.Pending(a.ID, owner)
	failed := f.Pending(a.ID, owner)
	_, err := first.FailMedia(t.Context(), failed.ID, album.CodeMediaCorrupt, f.Change(owner))
	must(t, err)
	used, err := first.User(t.Context(), owner)
	must(t, err)
	makeOld(t, first)
	// More people than one step of the mending writes.
	people, media := make([]bson.D, mendStep+1), make([]mediaDoc, mendStep+1)
	for i := range people {
		m := f.NewMedia(a.ID, album.UserID(fmt.Sprintf("usr_%026d", i)))
		people[i], media[i] = bson.D{{Key: "_id", Value: m.OwnerID}}, pendingDoc(m)
	}
	_, err = first.users.InsertMany(t.Context(), people)
	must(t, err)
	_, err = first.media.InsertMany(t.Context(), media)
	must(t, err)

	// Before it is opened again it reads as if nobody had arranged anything.
	old, err := first.Album(t.Context(), a.ID)
	must(t, err)
	if old.Settings.Order != album.ByAdded {
		t.Errorf("the order of an old album is %q", old.Settings.Order)
	}
	o := &Options{Database: first.db.Name()}
	errs := make(chan error)
	for range 4 {
		go func() {
			s, err := Open(t.Context(), server.URI, o)
			if err == nil {
				err = s.Close()
			}
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	got, err := first.MediaByID(t.Context(), []album.MediaID{ready.ID, pending.ID, failed.ID})
	must(t, err)
	if m := got[ready.ID]; m.Rank != album.RankAt(m.AddedAt) || m.Work.Lane != album.Quick || !m.Work.DueAt.Equal(ready.CreatedAt) {
		t.Errorf("a READY medium: %+v", m)
	}
	if w := got[pending.ID].Work; w.Lane != album.Quick || !w.DueAt.Equal(pending.CreatedAt) {
		t.Errorf("the work on a PENDING medium: %+v", w)
	}
	if w := got[failed.ID].Work; w != (album.Work{}) {
		t.Errorf("the work on a FAILED medium: %+v", w)
	}
	for id, want := range map[album.UserID]int64{owner: used.StorageUsed, idle: 0, media[mendStep].Row.OwnerID: 1000} {
		if u, err := first.User(t.Context(), id); err != nil || u.StorageUsed != want {
			t.Errorf("%s: %+v, %v, want %d", id, u, err, want)
		}
	}

	// What is old by its fields alone is left as it is from now on.
	must(t, setOne(t.Context(), first.media, eq("_id", ready.ID), op("$unset", eq("rank", ""))))
	s, err := Open(t.Context(), server.URI, o)
	must(t, err)
	must(t, s.Close())
	if m, err := first.Media(t.Context(), ready.ID); err != nil || m.Rank != 0 {
		t.Errorf("mended again: %+v, %v", m, err)
	}
	must(t, setOne(t.Context(), first.db.Collection(schemaCollection), eq("_id", schemaID),
		op("$set", eq("version", schemaVersion+1))))
	if _, err := Open(t.Context(), server.URI, o); err == nil || !strings.Contains(err.Error(), "run the newer program") {
		t.Errorf("newer documents are taken for ours: %v", err)
	}
}

// makeOld takes away what documents did not have before version 2.
func makeOld(t *testing.T, s *Store) {
	t.Helper()
	for c, fields := range map[string][]string{
		"users":  {"storageUsed", "accepted"},
		"albums": {"settings.order"},
		"media":  {"rank", "work", "files", "crc32", "camera", "blurhash", "color", "progress", "upload.crc32c", "upload.copyof"},
		"shares": {"hideLocation"},
	} {
		unset := bson.D{}
		for _, f := range fields {
			unset = append(unset, bson.E{Key: f, Value: ""})
		}
		_, err := s.db.Collection(c).UpdateMany(t.Context(), bson.D{}, op("$unset", unset))
		must(t, err)
	}
	must(t, s.db.Collection(schemaCollection).Drop(t.Context()))
}

// TestQuotaOfAnOldUser: a document without a count is one of nothing used.
func TestQuotaOfAnOldUser(t *testing.T) {
	t.Parallel()
	s := openClosed(t, mongoserver.Start(t), nil)
	f := storetest.NewFixture(t, s)
	owner := f.User("owner")
	a := f.Album(owner)
	makeOld(t, s)
	m := f.NewMedia(a.ID, owner)
	if err := s.CreateMedia(t.Context(), []*album.Media{m}, m.Upload.Bytes-1); album.CodeOf(err) != album.CodeQuotaExceeded {
		t.Errorf("too much: %v", err)
	}
	must(t, s.CreateMedia(t.Context(), []*album.Media{m}, m.Upload.Bytes))
	if u, err := s.User(t.Context(), owner); err != nil || u.StorageUsed != m.Upload.Bytes {
		t.Errorf("%+v, %v", u, err)
	}
}
