package main

import (
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/auth"
)

// rule is one row of the authorisation table.
type rule struct {
	field string // schema coordinate
	when  string // what is special, where there is more than one row for the field
	world string // in which world, see worldKinds; "" is a private album on default settings
	ask   string // a document, or for a field of an object what is selected on it; $name$ is a thing of the world
	// want is what each of roles gets, in that order: + for what was asked for,
	// =v for the value v, 0 for null without an error, or the letter of a code,
	// see letters, or the code.
	want string
}

// letters abbreviate the codes that are on every line.
var letters = map[string]string{
	"N": string(album.CodeNotFound), "F": string(album.CodeForbidden), "U": string(album.CodeUnauthenticated),
}

// What most fields give, by roles.
const (
	shown     = "+ + + + + N N" // to everyone who sees a private album
	toAll     = "+ + + + + + +"
	toUsers   = "+ + + + U + U"
	toEditors = "+ + F F U N N"
	toOwner   = "+ F F F U N N"
	ownMedia  = "+ + + F U N N" // a contributor's, to change
	managed   = "+ + N N N N N" // links that nobody else knows of
)

// worldKinds are the worlds that rows name.
var worldKinds = map[string]worldOptions{
	"":                 {},
	"quiet":            {},
	"link":             {visibility: album.Link},
	"public":           {visibility: album.Public},
	"open":             {visibility: album.Link, settings: album.Settings{Comments: album.Anyone, Likes: album.Anyone, Downloads: album.Anyone}},
	"shut":             {settings: album.Settings{Comments: album.Nobody, Likes: album.Nobody, Downloads: album.Nobody}, download: true},
	"takeaway":         {download: true},
	"hidden":           {download: true, hide: true},
	"trashed":          {visibility: album.Public, then: setState(album.Trashed)},
	"deleted":          {visibility: album.Public, then: setState(album.Deleting)},
	"revoked":          {then: revokeShare},
	"expired":          {then: expireShare},
	"ownerBins":        {then: ownerBins},
	"quiet and public": {visibility: album.Public},
	// the viewer's comment is on a photo of the contributor in the trash
	"binnedComment": {then: func(t testing.TB, w *world) {
		_, err := w.s.store.TrashMedia(t.Context(), w.albumID("album"), []album.MediaID{w.medium("photo")}, by(w.id("owner")))
		must(t, err)
	}},
}

func setState(s album.State) func(testing.TB, *world) {
	return func(t testing.TB, w *world) {
		_, err := w.s.store.SetAlbumState(t.Context(), w.albumID("album"), s, by(w.id("owner")))
		must(t, err)
	}
}

func revokeShare(t testing.TB, w *world) {
	_, err := w.s.store.RevokeShare(t.Context(), album.ShareID(w.get("share")), by(w.id("editor")))
	must(t, err)
}

// expireShare puts in the place of the visitor's share one whose time is over.
func expireShare(t testing.TB, w *world) {
	share := &album.Share{
		ID: w.s.service.IDs.Share(), AlbumID: w.albumID("album"), CreatorID: w.id("editor"), TokenHash: []byte(w.get("album")),
		CreatedAt: time.Now().Add(-time.Hour), ExpiresAt: time.Now().Add(-time.Second),
	}
	must(t, w.s.store.CreateShare(t.Context(), share))
	w.join(person{token: w.s.tokenFor(t, album.Identified{ShareID: share.ID}, auth.AccessLife)}, "visitor")
}

// ownerBins leaves in the trash of the album a photo of the owner alone.
func ownerBins(t testing.TB, w *world) {
	ctx, id := t.Context(), w.albumID("album")
	_, err := w.s.store.DeleteMedia(ctx, id, []album.MediaID{w.medium("binnedPhoto")}, by(w.id("owner")))
	must(t, err)
	_, err = w.s.store.TrashMedia(ctx, id, []album.MediaID{w.medium("ownerPhoto")}, by(w.id("owner")))
	must(t, err)
}

// rules is the table: what each field of the API gives to each role.
//
// Columns of want: owner, editor, contributor, viewer, share visitor, stranger
// (signed in), anonymous. What is $album$ is the world's album, $photo$ the
// contributor's, $comment$ the viewer's.
func rules() []rule {
	var all []rule
	all = append(all, queryRules...)
	all = append(all, mutationRules...)
	all = append(all, memberRules...)
	all = append(all, subscriptionRules...)
	all = append(all, albumRules...)
	all = append(all, mediaRules...)
	all = append(all, nodeRules...)
	all = append(all, countRules...)
	return append(all, otherRules...)
}

var queryRules = []rule{
	{"Query.me", "", "", `{me{id}}`, "+ + + + 0 + 0"},
	{"Query.capabilities", "", "", `{capabilities{videos}}`, toAll},
	{"Query.user", "", "", `{user(id:$owner$){id}}`, toAll},
	{"Query.feed", "", "", `{feed{cursor}}`, toUsers},
	{"Query.feed", "its rows", "", `{feed{edges{node{...on Media{id} ...on Comment{id}}}}}`, "+ + + + U 0 U"},

	{"Query.album", "", "", `{album(id:$album$){id}}`, shown},
	{"Query.album", "link", "link", `{album(id:$album$){id}}`, toAll},
	{"Query.album", "public", "public", `{album(id:$album$){id}}`, toAll},
	{"Query.album", "trashed", "trashed", `{album(id:$album$){id}}`, "+ N N N N N N"},
	{"Query.album", "deleted", "deleted", `{album(id:$album$){id}}`, "N N N N N N N"},
	{"Query.album", "share revoked", "revoked", `{album(id:$album$){id}}`, "+ + + + N N N"},
	{"Query.album", "share expired", "expired", `{album(id:$album$){id}}`, "+ + + + N N N"},

	{"Query.media", "", "", `{media(id:$photo$){url{url}}}`, shown},
	{"Query.media", "link", "link", `{media(id:$photo$){url{url}}}`, toAll},
	{"Query.media", "public", "public", `{media(id:$photo$){url{url}}}`, toAll},
	{"Query.media", "album trashed", "trashed", `{media(id:$photo$){url{url}}}`, "+ N N N N N N"},
	{"Query.media", "album deleted", "deleted", `{media(id:$photo$){url{url}}}`, "N N N N N N N"},
	{"Query.media", "share revoked", "revoked", `{media(id:$photo$){url{url}}}`, "+ + + + N N N"},
	{"Query.media", "share expired", "expired", `{media(id:$photo$){url{url}}}`, "+ + + + N N N"},
	{"Query.media", "in the trash", "", `{media(id:$binnedPhoto$){url{url}}}`, "+ + + N N N N"},
	{"Query.media", "in the trash of a public album", "public", `{media(id:$binnedPhoto$){url{url}}}`, "+ + + N N N N"},
	{"Query.media", "another's in the trash", "ownerBins", `{media(id:$ownerPhoto$){url{url}}}`, "+ + N N N N N"},
	{"Query.media", "on its way in", "public", `{media(id:$pending$){id}}`, "N N + N N N N"},
	{"Query.media", "no address before it is ready", "", `{media(id:$pending$){url{url}}}`, "N N 0 N N N N"},

	{"Query.node", "album", "", `{node(id:$album$){id}}`, shown},
	{"Query.node", "public album", "public", `{node(id:$album$){id}}`, toAll},
	{"Query.node", "trashed album", "", `{node(id:$binned$){id}}`, "+ N N N N N N"},
	{"Query.node", "media", "", `{node(id:$photo$){...on Media{url{url}}}}`, shown},
	{"Query.node", "media on its way in", "", `{node(id:$pending$){id}}`, "N N + N N N N"},
	{"Query.node", "comment", "", `{node(id:$comment$){id}}`, shown},
	{"Query.node", "share", "", `{node(id:$share$){id}}`, "+ + N N + N N"},
	{"Query.node", "share that the stranger made", "", `{node(id:$handedOn$){id}}`, "+ + N N N + N"},
	{"Query.node", "share of a public album", "public", `{node(id:$invitation$){id}}`, managed},
	{"Query.node", "user", "", `{node(id:$owner$){id}}`, toAll},
	{"Query.nodes", "", "", `{nodes(ids:[$album$,$photo$,$comment$]){id}}`, shown},
	{"Query.nodes", "some", "", `{nodes(ids:[$owner$,$pending$]){id}}`, "N N + N N N N"},
}

var mutationRules = []rule{
	{"Mutation.signUp", "", "", `mutation{signUp(input:{name:$fresh$,password:"correct horse"}){session{accessToken}}}`, toAll},
	{"Mutation.signIn", "", "", `mutation{signIn(input:{name:$ownerName$,password:"correct horse"}){session{accessToken}}}`, toAll},
	{"Mutation.refreshSession", "", "", `mutation{refreshSession(input:{refreshToken:$ownerRefresh$}){session{accessToken}}}`, toAll},
	{"Mutation.signOut", "", "", `mutation{signOut(input:{}){ended}}`, toUsers},
	{"Mutation.signOut", "everywhere", "", `mutation{signOut(input:{everywhere:true}){ended}}`, toUsers},
	{"Mutation.changePassword", "", "", `mutation{changePassword(input:{oldPassword:"correct horse",newPassword:"battery staple"}){user{id}}}`, toUsers},
	{"Mutation.updateProfile", "", "", `mutation{updateProfile(input:{displayName:"anew"}){user{displayName}}}`, toUsers},

	{"Mutation.createAlbum", "", "", `mutation{createAlbum(input:{title:"one more"}){album{id}}}`, toUsers},
	{"Mutation.updateAlbum", "title", "", `mutation{updateAlbum(input:{albumId:$album$,title:"anew"}){album{title}}}`, toEditors},
	{"Mutation.updateAlbum", "cover", "", `mutation{updateAlbum(input:{albumId:$album$,coverId:$ownerPhoto$}){album{id}}}`, toEditors},
	{"Mutation.updateAlbum", "visibility", "", `mutation{updateAlbum(input:{albumId:$album$,visibility:LINK}){album{id}}}`, toOwner},
	{"Mutation.updateAlbum", "settings", "", `mutation{updateAlbum(input:{albumId:$album$,settings:{likes:ANYONE}}){album{id}}}`, toOwner},
	{"Mutation.updateAlbum", "public", "public", `mutation{updateAlbum(input:{albumId:$album$,title:"anew"}){album{title}}}`, "+ + F F U F U"},
	{"Mutation.updateAlbum", "trashed", "", `mutation{updateAlbum(input:{albumId:$binned$,title:"anew"}){album{title}}}`, "F N N N N N N"},
	{"Mutation.trashAlbum", "", "", `mutation{trashAlbum(input:{albumId:$album$}){album{trashedAt}}}`, toOwner},
	{"Mutation.restoreAlbum", "", "", `mutation{restoreAlbum(input:{albumId:$binned$}){album{id}}}`, "+ N N N N N N"},
	{"Mutation.deleteAlbum", "", "", `mutation{deleteAlbum(input:{albumId:$album$}){deletedAlbumId}}`, toOwner},
	{"Mutation.deleteAlbum", "trashed", "", `mutation{deleteAlbum(input:{albumId:$binned$}){deletedAlbumId}}`, "+ N N N N N N"},
	{"Mutation.deleteAlbum", "deleted", "deleted", `mutation{deleteAlbum(input:{albumId:$album$}){deletedAlbumId}}`, "N N N N N N N"},
	{"Mutation.transferAlbum", "", "", `mutation{transferAlbum(input:{albumId:$album$,userId:$viewer$}){album{owner{id}}}}`, toOwner},
	{"Mutation.transferAlbum", "to a stranger", "", `mutation{transferAlbum(input:{albumId:$album$,userId:$stranger$}){album{id}}}`, "N F F F U N N"},

	{"Mutation.createUploads", "", "", `mutation{createUploads(input:{albumId:$album$,files:[{fileName:"x.jpg",contentType:"image/jpeg",bytes:3}]}){tickets{url headers{name value} media{id}}}}`, ownMedia},
	{"Mutation.createUploads", "open", "open", `mutation{createUploads(input:{albumId:$album$,files:[{fileName:"x.jpg",contentType:"image/jpeg",bytes:3}]}){tickets{url headers{name value} media{id}}}}`, "+ + + F U F U"},
	{"Mutation.finalizeUpload", "", "", `mutation{finalizeUpload(input:{mediaId:$pending$}){media{url{url}}}}`, "N N + N U N U"},
	{"Mutation.finalizeUpload", "album deleted", "deleted", `mutation{finalizeUpload(input:{mediaId:$pending$}){media{id}}}`, "N N N N U N U"},
	{"Mutation.editMedia", "", "", `mutation{editMedia(input:{mediaId:$photo$,caption:"anew"}){media{caption}}}`, ownMedia},
	{"Mutation.editMedia", "another's", "", `mutation{editMedia(input:{mediaId:$ownerPhoto$,caption:"anew"}){media{caption}}}`, toEditors},
	{"Mutation.editMedia", "public", "public", `mutation{editMedia(input:{mediaId:$photo$,caption:"anew"}){media{caption}}}`, "+ + + F U F U"},
	{"Mutation.editMedia", "in the trash", "", `mutation{editMedia(input:{mediaId:$binnedPhoto$,caption:"anew"}){media{caption}}}`, "CONFLICT CONFLICT CONFLICT N N N N"},
	{"Mutation.moveMedia", "", "", `mutation{moveMedia(input:{albumId:$album$,mediaIds:[$photo$],toAlbumId:$other$}){results{media{id}}}}`, "+ + + N N N N"},
	{"Mutation.moveMedia", "another's", "", `mutation{moveMedia(input:{albumId:$album$,mediaIds:[$ownerPhoto$],toAlbumId:$other$}){results{media{id}}}}`, "+ + 0 N N N N"},
	{"Mutation.moveMedia", "one of them another's", "", `mutation{moveMedia(input:{albumId:$album$,mediaIds:[$photo$,$ownerPhoto$],toAlbumId:$other$}){results{media{id}}}}`, "+ + + N N N N"},
	{"Mutation.moveMedia", "to the trash", "", `mutation{moveMedia(input:{albumId:$album$,mediaIds:[$photo$],toAlbumId:$binned$}){results{code}}}`, "F N N N N N N"},
	{"Mutation.copyMedia", "", "", `mutation{copyMedia(input:{albumId:$album$,mediaIds:[$ownerPhoto$],toAlbumId:$other$}){results{mediaId}}}`, "+ + + N U N N"},
	{"Mutation.copyMedia", "where nobody may download", "shut", `mutation{copyMedia(input:{albumId:$album$,mediaIds:[$ownerPhoto$],toAlbumId:$other$}){results{mediaId}}}`, "F F F F U N N"},
	{"Mutation.arrangeMedia", "", "", `mutation{a:arrangeMedia(input:{albumId:$album$,mediaIds:[$photo$,$ownerPhoto$]}){media{id}} b:arrangeMedia(input:{albumId:$album$,mediaIds:[$ownerPhoto$,$photo$]}){media{id}}}`, toEditors},
	{"Mutation.arrangeMedia", "behind one of another album", "", `mutation{arrangeMedia(input:{albumId:$album$,mediaIds:[$photo$],afterId:$pending$}){media{id}}}`, "N N F F U N N"},
	{"Mutation.trashMedia", "", "", `mutation{trashMedia(input:{albumId:$album$,mediaIds:[$photo$]}){media{trashedAt}}}`, ownMedia},
	{"Mutation.trashMedia", "another's", "", `mutation{trashMedia(input:{albumId:$album$,mediaIds:[$ownerPhoto$]}){media{trashedAt}}}`, toEditors},
	{"Mutation.trashMedia", "through another album", "", `mutation{trashMedia(input:{albumId:$other$,mediaIds:[$photo$]}){media{id}}}`, "N N N N N N N"},
	{"Mutation.restoreMedia", "", "", `mutation{restoreMedia(input:{albumId:$album$,mediaIds:[$binnedPhoto$]}){media{id}}}`, "+ + + N N N N"},
	{"Mutation.restoreMedia", "another's", "ownerBins", `mutation{restoreMedia(input:{albumId:$album$,mediaIds:[$ownerPhoto$]}){media{id}}}`, "+ + N N N N N"},
	{"Mutation.deleteMedia", "", "", `mutation{deleteMedia(input:{albumId:$album$,mediaIds:[$photo$]}){deletedMediaIds}}`, ownMedia},
	{"Mutation.deleteMedia", "another's", "", `mutation{deleteMedia(input:{albumId:$album$,mediaIds:[$ownerPhoto$]}){deletedMediaIds}}`, toEditors},
	{"Mutation.deleteMedia", "in the trash", "", `mutation{deleteMedia(input:{albumId:$album$,mediaIds:[$binnedPhoto$]}){deletedMediaIds}}`, "+ + + N N N N"},

	{"Mutation.addComment", "", "", `mutation{addComment(input:{mediaId:$photo$,text:"hm"}){comment{id}}}`, "+ + + + U N N"},
	{"Mutation.addComment", "members only", "link", `mutation{addComment(input:{mediaId:$photo$,text:"hm"}){comment{id}}}`, "+ + + + U F U"},
	{"Mutation.addComment", "open", "open", `mutation{addComment(input:{mediaId:$photo$,text:"hm"}){comment{id}}}`, "+ + + + U + U"},
	{"Mutation.addComment", "nobody", "shut", `mutation{addComment(input:{mediaId:$photo$,text:"hm"}){comment{id}}}`, "F F F F U N N"},
	{"Mutation.addComment", "album trashed", "trashed", `mutation{addComment(input:{mediaId:$photo$,text:"hm"}){comment{id}}}`, "F N N N N N N"},
	{"Mutation.editComment", "the viewer's", "", `mutation{editComment(input:{commentId:$comment$,text:"hm"}){comment{text}}}`, "+ + F + U N N"},
	{"Mutation.editComment", "the contributor's", "", `mutation{editComment(input:{commentId:$reply$,text:"hm"}){comment{text}}}`, ownMedia},
	{"Mutation.editComment", "while nobody comments", "shut", `mutation{editComment(input:{commentId:$comment$,text:"hm"}){comment{text}}}`, toEditors},
	{"Mutation.editComment", "removed", "", `mutation{editComment(input:{commentId:$removed$,text:"hm"}){comment{text}}}`, "CONFLICT CONFLICT F F U N N"},
	{"Mutation.removeComment", "the viewer's", "", `mutation{removeComment(input:{commentId:$comment$}){comment{removedAt}}}`, "+ + F + U N N"},
	{"Mutation.removeComment", "the contributor's", "", `mutation{removeComment(input:{commentId:$reply$}){comment{removedAt}}}`, ownMedia},
	{"Mutation.likeMedia", "", "", `mutation{likeMedia(input:{mediaId:$photo$}){likes{version}}}`, "+ + + + U N N"},
	{"Mutation.likeMedia", "members only", "link", `mutation{likeMedia(input:{mediaId:$photo$}){likes{version}}}`, "+ + + + U F U"},
	{"Mutation.likeMedia", "open", "open", `mutation{likeMedia(input:{mediaId:$photo$}){likes{version}}}`, "+ + + + U + U"},
	{"Mutation.likeMedia", "nobody", "shut", `mutation{likeMedia(input:{mediaId:$photo$}){likes{version}}}`, "F F F F U N N"},
	{"Mutation.likeMedia", "in the trash", "", `mutation{likeMedia(input:{mediaId:$binnedPhoto$}){likes{version}}}`, "CONFLICT CONFLICT CONFLICT N N N N"},
	{"Mutation.unlikeMedia", "", "", `mutation{unlikeMedia(input:{mediaId:$photo$}){likes{version}}}`, "+ + + + U N N"},
}
