package storetest

import (
	"errors"
	"testing"

	"keepsake/album"
)

func users() []promise {
	return []promise{
		{"a created user is found by ID and by identity", createdUser},
		{"a subject in use is NAME_TAKEN and nothing is written", takenName},
		{"subjects are unique for each provider and exact", distinctSubjects},
		{"what is unknown is NOT_FOUND", unknownUsers},
		{"SetSecret replaces the secret alone", setSecret},
		{"UpdateUser changes the fields that are set", updateUser},
	}
}

func createdUser(t *testing.T, f *Fixture) {
	u, id := f.NewUser("ada")
	wantCode(t, "CreateUser", f.s.CreateUser(f.ctx, u, id), "")
	bare := &album.User{ID: album.UserID(f.NewID(album.UserPrefix)), CreatedAt: f.Tick()}
	bareID := album.Identity{Provider: "wechat", Subject: "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", UserID: bare.ID}
	wantCode(t, "CreateUser", f.s.CreateUser(f.ctx, bare, bareID), "")

	equal(t, "user", must(f.s.User(f.ctx, u.ID))(t), u)
	equal(t, "identity", must(f.s.Identity(f.ctx, "local", "ada"))(t), id)
	equal(t, "identity of the user", must(f.s.IdentityOf(f.ctx, u.ID, "local"))(t), id)
	equal(t, "user without a name", must(f.s.User(f.ctx, bare.ID))(t), bare)
	equal(t, "identity without a secret", must(f.s.IdentityOf(f.ctx, bare.ID, "wechat"))(t), bareID)
}

func takenName(t *testing.T, f *Fixture) {
	first := f.User("ada")
	u, id := f.NewUser("ada")
	err := f.s.CreateUser(f.ctx, u, id)
	wantCode(t, "CreateUser", err, album.CodeNameTaken)
	if !errors.Is(err, album.ErrNameTaken) {
		t.Errorf("%v is not ErrNameTaken", err)
	}
	wantCode(t, "User", errOf(f.s.User(f.ctx, u.ID)), album.CodeNotFound)
	wantCode(t, "IdentityOf", errOf(f.s.IdentityOf(f.ctx, u.ID, "local")), album.CodeNotFound)
	equal(t, "owner of the name", must(f.s.Identity(f.ctx, "local", "ada"))(t).UserID, first)
}

func distinctSubjects(t *testing.T, f *Fixture) {
	for _, id := range []album.Identity{
		{Provider: "local", Subject: "ada"},
		{Provider: "wechat", Subject: "ada"},
		{Provider: "local", Subject: "Ada"},
		{Provider: "local", Subject: "ada "},
		{Provider: "localada", Subject: ""},
	} {
		u, _ := f.NewUser("ada")
		id.UserID = u.ID
		wantCode(t, "CreateUser", f.s.CreateUser(f.ctx, u, id), "")
		equal(t, "identity", must(f.s.Identity(f.ctx, id.Provider, id.Subject))(t), id)
	}
}

func unknownUsers(t *testing.T, f *Fixture) {
	ada := f.User("ada")
	nobody := album.UserID(f.NewID(album.UserPrefix))
	for what, err := range map[string]error{
		"User":                      errOf(f.s.User(f.ctx, nobody)),
		"User without an ID":        errOf(f.s.User(f.ctx, "")),
		"Identity":                  errOf(f.s.Identity(f.ctx, "local", "grace")),
		"Identity elsewhere":        errOf(f.s.Identity(f.ctx, "wechat", "ada")),
		"IdentityOf nobody":         errOf(f.s.IdentityOf(f.ctx, nobody, "local")),
		"IdentityOf elsewhere":      errOf(f.s.IdentityOf(f.ctx, ada, "wechat")),
		"SetSecret":                 f.s.SetSecret(f.ctx, "local", "grace", "x"),
		"SetSecret elsewhere":       f.s.SetSecret(f.ctx, "wechat", "ada", "x"),
		"UpdateUser":                errOf(f.s.UpdateUser(f.ctx, nobody, album.UserPatch{DisplayName: new("x")})),
		"UpdateUser without change": errOf(f.s.UpdateUser(f.ctx, nobody, album.UserPatch{})),
	} {
		wantCode(t, what, err, album.CodeNotFound)
	}
}

func setSecret(t *testing.T, f *Fixture) {
	u, id := f.NewUser("ada")
	wantCode(t, "CreateUser", f.s.CreateUser(f.ctx, u, id), "")
	f.User("grace")
	for _, secret := range []string{"changed", "changed", ""} {
		id.Secret = secret
		wantCode(t, "SetSecret", f.s.SetSecret(f.ctx, "local", "ada", secret), "")
		equal(t, "identity", must(f.s.Identity(f.ctx, "local", "ada"))(t), id)
	}
	equal(t, "secret of another", must(f.s.Identity(f.ctx, "local", "grace"))(t).Secret, "secret of grace")
}

func updateUser(t *testing.T, f *Fixture) {
	u, id := f.NewUser("ada")
	wantCode(t, "CreateUser", f.s.CreateUser(f.ctx, u, id), "")
	want := *u
	for _, c := range []struct {
		what         string
		patch        album.UserPatch
		name, avatar string
	}{
		{"nothing", album.UserPatch{}, u.DisplayName, u.AvatarURL},
		{"the name", album.UserPatch{DisplayName: new("Ada L.")}, "Ada L.", u.AvatarURL},
		{"the avatar", album.UserPatch{AvatarURL: new("https://img.example/2")}, "Ada L.", "https://img.example/2"},
		{"the same again", album.UserPatch{DisplayName: new("Ada L.")}, "Ada L.", "https://img.example/2"},
		{"both to nothing", album.UserPatch{DisplayName: new(""), AvatarURL: new("")}, "", ""},
	} {
		want.DisplayName, want.AvatarURL = c.name, c.avatar
		equal(t, c.what+", returned", must(f.s.UpdateUser(f.ctx, u.ID, c.patch))(t), &want)
		equal(t, c.what+", read", must(f.s.User(f.ctx, u.ID))(t), &want)
	}
}
