package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
	"keepsake/graph/generated"
	"keepsake/service"
)

// sameWork is one row: an identifier that a document takes, by its place in the
// schema, and what is put there: $x$ is somebody else's or nobody's.
type sameWork struct {
	takes string // coordinate of the argument or the input's field
	kind  string // of what is named
	ask   string
}

// sameWorks has a row for each argument and input field that takes identifiers.
// $mine$ and the like are the viewer's own.
var sameWorks = []sameWork{
	{"Query.album(id)", "album", `{album(id:$x$){id}}`},
	{"Query.media(id)", "photo", `{media(id:$x$){id}}`},
	{"Query.media(id)", "binned", `{media(id:$x$){id}}`},
	{"Query.user(id)", "", ""}, // everybody may see everybody
	{"Query.node(id)", "album", `{node(id:$x$){id}}`},
	{"Query.node(id)", "photo", `{node(id:$x$){id}}`},
	{"Query.node(id)", "comment", `{node(id:$x$){id}}`},
	{"Query.node(id)", "share", `{node(id:$x$){id}}`},
	{"Query.nodes(ids)", "album", `{nodes(ids:[$mine$,$x$]){id}}`},
	{"Query.nodes(ids)", "photo", `{nodes(ids:[$x$,$myPhoto$]){id}}`},
	{"Query.nodes(ids)", "photo", `{nodes(ids:[$x$]){id}}`},
	{"Query.nodes(ids)", "comment", `{nodes(ids:[$x$,$myComment$]){id}}`},
	{"Query.nodes(ids)", "comment", `{nodes(ids:[$x$]){id}}`},
	{"Query.nodes(ids)", "share", `{nodes(ids:[$x$]){id}}`},
	{"Album.archive(only)", "photo", `{album(id:$mine$){archive(only:[$myPhoto$,$x$]){parts{url}}}}`},

	{"UpdateAlbumInput.albumId", "album", `mutation{updateAlbum(input:{albumId:$x$,title:"x"}){album{id}}}`},
	{"UpdateAlbumInput.coverId", "photo", `mutation{updateAlbum(input:{albumId:$mine$,coverId:$x$}){album{id}}}`},
	{"TrashAlbumInput.albumId", "album", `mutation{trashAlbum(input:{albumId:$x$}){album{id}}}`},
	{"RestoreAlbumInput.albumId", "album", `mutation{restoreAlbum(input:{albumId:$x$}){album{id}}}`},
	{"DeleteAlbumInput.albumId", "album", `mutation{deleteAlbum(input:{albumId:$x$}){deletedAlbumId}}`},
	{"TransferAlbumInput.albumId", "album", `mutation{transferAlbum(input:{albumId:$x$,userId:$friend$}){album{id}}}`},
	{"TransferAlbumInput.userId", "user", `mutation{transferAlbum(input:{albumId:$mine$,userId:$x$}){album{id}}}`},
	{"CreateUploadsInput.albumId", "album", `mutation{createUploads(input:{albumId:$x$,files:[{fileName:"x",contentType:"image/jpeg",bytes:3}]}){tickets{url}}}`},
	{"FinalizeUploadInput.mediaId", "photo", `mutation{finalizeUpload(input:{mediaId:$x$}){media{id}}}`},
	{"EditMediaInput.mediaId", "photo", `mutation{editMedia(input:{mediaId:$x$,caption:"x"}){media{id}}}`},
	{"MoveMediaInput.albumId", "album", `mutation{moveMedia(input:{albumId:$x$,mediaIds:[$myPhoto$],toAlbumId:$mine$}){results{code}}}`},
	{"MoveMediaInput.mediaIds", "photo", `mutation{moveMedia(input:{albumId:$mine$,mediaIds:[$x$],toAlbumId:$mine2$}){results{code message media{id}}}}`},
	{"MoveMediaInput.toAlbumId", "album", `mutation{moveMedia(input:{albumId:$mine$,mediaIds:[$myPhoto$],toAlbumId:$x$}){results{code}}}`},
	{"CopyMediaInput.albumId", "album", `mutation{copyMedia(input:{albumId:$x$,mediaIds:[$myPhoto$],toAlbumId:$mine$}){results{code}}}`},
	{"CopyMediaInput.mediaIds", "photo", `mutation{copyMedia(input:{albumId:$mine$,mediaIds:[$x$],toAlbumId:$mine2$}){results{code message media{id}}}}`},
	{"CopyMediaInput.toAlbumId", "album", `mutation{copyMedia(input:{albumId:$mine$,mediaIds:[$myPhoto$],toAlbumId:$x$}){results{code}}}`},
	{"ArrangeMediaInput.albumId", "album", `mutation{arrangeMedia(input:{albumId:$x$,mediaIds:[$myPhoto$]}){media{id}}}`},
	{"ArrangeMediaInput.mediaIds", "photo", `mutation{arrangeMedia(input:{albumId:$mine$,mediaIds:[$x$]}){media{id}}}`},
	{"ArrangeMediaInput.afterId", "photo", `mutation{arrangeMedia(input:{albumId:$mine$,mediaIds:[$myPhoto$],afterId:$x$}){media{id}}}`},
	{"TrashMediaInput.albumId", "album", `mutation{trashMedia(input:{albumId:$x$,mediaIds:[$myPhoto$]}){media{id}}}`},
	{"TrashMediaInput.mediaIds", "photo", `mutation{trashMedia(input:{albumId:$mine$,mediaIds:[$x$]}){media{id}}}`},
	{"RestoreMediaInput.albumId", "album", `mutation{restoreMedia(input:{albumId:$x$,mediaIds:[$myPhoto$]}){media{id}}}`},
	{"RestoreMediaInput.mediaIds", "binned", `mutation{restoreMedia(input:{albumId:$mine$,mediaIds:[$x$]}){media{id}}}`},
	{"DeleteMediaInput.albumId", "album", `mutation{deleteMedia(input:{albumId:$x$,mediaIds:[$myPhoto$]}){deletedMediaIds}}`},
	{"DeleteMediaInput.mediaIds", "photo", `mutation{deleteMedia(input:{albumId:$mine$,mediaIds:[$x$]}){deletedMediaIds}}`},
	{"AddCommentInput.mediaId", "photo", `mutation{addComment(input:{mediaId:$x$,text:"x"}){comment{id}}}`},
	{"AddCommentInput.parentId", "comment", `mutation{addComment(input:{mediaId:$myPhoto$,parentId:$x$,text:"x"}){comment{id}}}`},
	{"EditCommentInput.commentId", "comment", `mutation{editComment(input:{commentId:$x$,text:"x"}){comment{id}}}`},
	{"RemoveCommentInput.commentId", "comment", `mutation{removeComment(input:{commentId:$x$}){comment{id}}}`},
	{"LikeMediaInput.mediaId", "photo", `mutation{likeMedia(input:{mediaId:$x$}){likes{count}}}`},
	{"UnlikeMediaInput.mediaId", "photo", `mutation{unlikeMedia(input:{mediaId:$x$}){likes{count}}}`},
	{"SetMemberRoleInput.albumId", "album", `mutation{setMemberRole(input:{albumId:$x$,userId:$friend$,role:VIEWER}){membership{role}}}`},
	{"SetMemberRoleInput.userId", "user", `mutation{setMemberRole(input:{albumId:$mine$,userId:$x$,role:VIEWER}){membership{role}}}`},
	{"RemoveMemberInput.albumId", "album", `mutation{removeMember(input:{albumId:$x$,userId:$friend$}){user{id}}}`},
	{"RemoveMemberInput.userId", "user", `mutation{removeMember(input:{albumId:$mine$,userId:$x$}){user{id}}}`},
	{"LeaveAlbumInput.albumId", "album", `mutation{leaveAlbum(input:{albumId:$x$}){leftAlbumId}}`},
	{"CreateShareInput.albumId", "album", `mutation{createShare(input:{albumId:$x$}){token}}`},
	{"CreateShareInput.albumId", "album", `mutation{createShare(input:{albumId:$x$,parentToken:$myToken$}){token}}`},
	{"RevokeShareInput.shareId", "share", `mutation{revokeShare(input:{shareId:$x$}){share{id}}}`},

	{"Subscription.albumEvents(albumId)", "album", `subscription{albumEvents(albumId:$x$){kind}}`},
	{"Subscription.commentAdded(albumId)", "album", `subscription{commentAdded(albumId:$x$){kind}}`},
	{"Subscription.commentAdded(mediaId)", "photo", `subscription{commentAdded(albumId:$mine$,mediaId:$x$){kind}}`},
	{"Subscription.likesChanged(albumId)", "album", `subscription{likesChanged(albumId:$x$){count}}`},
	{"Subscription.likesChanged(mediaId)", "photo", `subscription{likesChanged(albumId:$mine$,mediaId:$x$){count}}`},
}

// takers are the places of the schema that take identifiers.
func takers() []string {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	var all []string
	for _, def := range schema.Types {
		if strings.HasPrefix(def.Name, "__") {
			continue
		}
		for _, f := range def.Fields {
			if def.Kind == ast.InputObject && f.Type.Name() == "ID" {
				all = append(all, def.Name+"."+f.Name)
			}
			for _, arg := range f.Arguments {
				if arg.Type.Name() == "ID" {
					all = append(all, def.Name+"."+f.Name+"("+arg.Name+")")
				}
			}
		}
	}
	return all
}

// TestSameWork: what is not there and what is somebody else's give the same
// answer, for which the store is asked the same things; so neither the answer nor
// its time tells which of the two it is.
func TestSameWork(t *testing.T) {
	t.Parallel()
	var asked statements
	s := startServer(t, setup{idle: true, options: options{onStatement: asked.add}})
	w, theirs, nothing := s.twoSides(t)

	places := takers()
	for _, row := range sameWorks {
		if !slices.Contains(places, row.takes) {
			t.Errorf("the table has a row for %s, which is not in the schema", row.takes)
		}
	}
	for _, place := range places {
		if !slices.ContainsFunc(sameWorks, func(row sameWork) bool { return row.takes == place }) {
			t.Errorf("%s takes identifiers and has no row in the table", place)
		}
	}

	for who, p := range w.people {
		socket := s.dial(t, p.token)
		ask := func(row sameWork, id string) (said string, work []string) {
			document := w.fill(strings.ReplaceAll(row.ask, "$x$", `"`+id+`"`))
			work = asked.fewest(func() {
				var a answer
				if strings.HasPrefix(document, "subscription") {
					a, _ = socket.start(t, document).next(t)
				} else {
					a = s.ask(t, p.token, document)
				}
				said = strings.ReplaceAll(a.body, id, "$x$")
			})
			return said, work
		}
		for _, row := range sameWorks {
			if row.ask == "" {
				continue
			}
			said, work := ask(row, theirs[row.kind])
			saidOfNothing, workOfNothing := ask(row, nothing[row.kind])
			if said != saidOfNothing {
				t.Errorf("%s as %s: somebody else's %s gives %s, and none gives %s", row.takes, who, row.kind, said, saidOfNothing)
			}
			if !slices.Equal(work, workOfNothing) {
				t.Errorf("%s as %s: somebody else's %s takes\n\t%s\nand none takes\n\t%s", row.takes, who, row.kind, inShort(work), inShort(workOfNothing))
			}
			if who == "owner" && !strings.Contains(said, `"NOT_FOUND"`) {
				t.Errorf("%s: %s", row.takes, said)
			}
		}
	}
}

// twoSides makes a world of people who each have something, what a third one has
// of each kind, and identifiers of the same kinds that nothing has.
func (s *server) twoSides(t testing.TB) (w *world, theirs, nothing map[string]string) {
	t.Helper()
	ctx := t.Context()
	have := func(of person) map[string]string {
		id := s.album(t, of.id, album.Private, album.DefaultSettings())
		photo, binned := s.photo(t, id, of.id), s.photo(t, id, of.id)
		_, err := s.store.TrashMedia(ctx, id, []album.MediaID{binned}, by(of.id))
		must(t, err)
		c, _, err := s.store.AddComment(ctx, album.Comment{ID: s.service.IDs.Comment(), MediaID: photo, AuthorID: of.id, Text: "a text", CreatedAt: time.Now()})
		must(t, err)
		share, token, err := s.service.CreateShare(ctx, album.Identified{UserID: of.id}, service.NewShare{AlbumID: id, DownloadAllowed: true})
		must(t, err)
		return map[string]string{
			"album": string(id), "photo": string(photo), "binned": string(binned), "comment": string(c.ID), "share": string(share.ID),
			"user": string(of.id), "token": token,
		}
	}
	mine := s.user(t, "mine")
	own, theirs := have(mine), have(s.user(t, "theirs"))
	friend := s.user(t, "friend")
	s.member(t, album.AlbumID(own["album"]), friend.id, album.Viewer)
	ids := s.service.IDs
	nothing = map[string]string{
		"album": string(ids.Album()), "photo": string(ids.Media()), "binned": string(ids.Media()), "comment": string(ids.Comment()),
		"share": string(ids.Share()), "user": string(ids.User()),
	}
	visitor := s.tokenFor(t, album.Identified{ShareID: album.ShareID(own["share"])}, time.Hour)
	w = &world{s: s, people: map[string]person{"owner": mine, "visitor": {token: visitor}, "nobody": {}}, names: map[string]string{
		"mine": own["album"], "mine2": string(s.album(t, mine.id, album.Private, album.DefaultSettings())), "myPhoto": own["photo"],
		"myComment": own["comment"], "myToken": own["token"], "friend": string(friend.id),
	}}
	return w, theirs, nothing
}

// inShort is what statements are about.
func inShort(work []string) string {
	var short []string
	for _, statement := range work {
		if _, from, ok := strings.Cut(statement, " FROM "); ok {
			statement = "FROM " + from
		}
		short = append(short, statement[:min(60, len(statement))])
	}
	return strings.Join(short, "\n\t")
}
