package main

import (
	"fmt"
	"strings"
	"testing"

	"keepsake/album"
)

// refused sees that an answer has a code and that nothing of the world changed.
func (w *world) refused(t *testing.T, what, before string, a answer, code album.Code) {
	t.Helper()
	if a.code() != string(code) {
		t.Errorf("%s: got %.300s, want %s", what, a.body, code)
	}
	if after := w.snapshot(t); after != before {
		t.Fatalf("%s was refused, and yet\n%s\nbecame\n%s", what, before, after)
	}
}

// TestIdentifiers: unknown ones, malformed ones and those of other things are
// all the same NOT_FOUND.
func TestIdentifiersThatAreNone(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{})
	before := w.snapshot(t)
	for _, c := range []struct{ kind, document string }{
		{"any", `query($id:ID!){node(id:$id){id}}`},
		{"any", `query($id:ID!){nodes(ids:[$id]){id}}`},
		{"usr", `query($id:ID!){user(id:$id){id}}`},
		{"alb", `query($id:ID!){album(id:$id){id}}`},
		{"med", `query($id:ID!){media(id:$id){id}}`},
		{"alb", `mutation($id:ID!){updateAlbum(input:{albumId:$id,title:"x"}){album{id}}}`},
		{"med", `mutation($id:ID!){updateAlbum(input:{albumId:$album$,coverId:$id}){album{id}}}`},
		{"alb", `mutation($id:ID!){trashAlbum(input:{albumId:$id}){album{id}}}`},
		{"alb", `mutation($id:ID!){restoreAlbum(input:{albumId:$id}){album{id}}}`},
		{"alb", `mutation($id:ID!){deleteAlbum(input:{albumId:$id}){deletedAlbumId}}`},
		{"alb", `mutation($id:ID!){transferAlbum(input:{albumId:$id,userId:$viewer$}){album{id}}}`},
		{"usr", `mutation($id:ID!){transferAlbum(input:{albumId:$album$,userId:$id}){album{id}}}`},
		{"alb", `mutation($id:ID!){createUploads(input:{albumId:$id,files:[{fileName:"x",contentType:"image/jpeg",bytes:1}]}){tickets{url}}}`},
		{"med", `mutation($id:ID!){finalizeUpload(input:{mediaId:$id}){media{id}}}`},
		{"med", `mutation($id:ID!){editMedia(input:{mediaId:$id,caption:"x"}){media{id}}}`},
		{"alb", `mutation($id:ID!){moveMedia(input:{albumId:$id,mediaIds:[$photo$],toAlbumId:$other$}){results{media{id}}}}`},
		{"alb", `mutation($id:ID!){copyMedia(input:{albumId:$id,mediaIds:[$photo$],toAlbumId:$other$}){results{media{id}}}}`},
		{"alb", `mutation($id:ID!){copyMedia(input:{albumId:$album$,mediaIds:[$photo$],toAlbumId:$id}){results{media{id}}}}`},
		{"alb", `mutation($id:ID!){arrangeMedia(input:{albumId:$id,mediaIds:[$photo$]}){media{id}}}`},
		{"med", `mutation($id:ID!){arrangeMedia(input:{albumId:$album$,mediaIds:[$photo$,$id]}){media{id}}}`},
		{"med", `mutation($id:ID!){arrangeMedia(input:{albumId:$album$,mediaIds:[$photo$],afterId:$id}){media{id}}}`},
		{"med", `query($id:ID!){album(id:$album$){archive(only:[$photo$,$id]){parts{url}}}}`},
		{"alb", `mutation($id:ID!){moveMedia(input:{albumId:$album$,mediaIds:[$photo$],toAlbumId:$id}){results{media{id}}}}`},
		{"med", `mutation($id:ID!){trashMedia(input:{albumId:$album$,mediaIds:[$photo$,$id]}){media{id}}}`},
		{"med", `mutation($id:ID!){restoreMedia(input:{albumId:$album$,mediaIds:[$binnedPhoto$,$id]}){media{id}}}`},
		{"med", `mutation($id:ID!){deleteMedia(input:{albumId:$album$,mediaIds:[$photo$,$id]}){deletedMediaIds}}`},
		{"med", `mutation($id:ID!){addComment(input:{mediaId:$id,text:"x"}){comment{id}}}`},
		{"cmt", `mutation($id:ID!){addComment(input:{mediaId:$photo$,parentId:$id,text:"x"}){comment{id}}}`},
		{"cmt", `mutation($id:ID!){editComment(input:{commentId:$id,text:"x"}){comment{id}}}`},
		{"cmt", `mutation($id:ID!){removeComment(input:{commentId:$id}){comment{id}}}`},
		{"med", `mutation($id:ID!){likeMedia(input:{mediaId:$id}){likes{count}}}`},
		{"med", `mutation($id:ID!){unlikeMedia(input:{mediaId:$id}){likes{count}}}`},
		{"alb", `mutation($id:ID!){setMemberRole(input:{albumId:$id,userId:$viewer$,role:VIEWER}){membership{role}}}`},
		{"usr", `mutation($id:ID!){setMemberRole(input:{albumId:$album$,userId:$id,role:VIEWER}){membership{role}}}`},
		{"alb", `mutation($id:ID!){removeMember(input:{albumId:$id,userId:$viewer$}){user{id}}}`},
		{"usr", `mutation($id:ID!){removeMember(input:{albumId:$album$,userId:$id}){user{id}}}`},
		{"alb", `mutation($id:ID!){leaveAlbum(input:{albumId:$id}){leftAlbumId}}`},
		{"alb", `mutation($id:ID!){createShare(input:{albumId:$id}){token}}`},
		{"shr", `mutation($id:ID!){revokeShare(input:{shareId:$id}){share{id}}}`},
	} {
		strays := []string{
			"", "x", "_", "alb_", "usr_01", strings.Repeat("x", 50_000), "alb_\x00", "' OR 1=1 --", `{"$ne":null}`, "ses_" + w.get("album")[4:],
			strings.ToLower(w.get("album")), w.get("album") + " ",
		}
		for kind, id := range map[string]string{
			"usr": w.get("owner"), "alb": w.get("album"), "med": w.get("photo"), "cmt": w.get("comment"), "shr": w.get("share"),
		} {
			strays = append(strays, kind+"_01BX5ZZKBKACTAV9WEVGEMMVRZ") // nothing has it
			if c.kind != "any" && c.kind != kind {
				strays = append(strays, id)
			}
		}
		document := w.fill(c.document)
		for _, id := range strays {
			a := s.ask(t, w.people["owner"].token, document, "id", id)
			if a.code() != string(album.CodeNotFound) {
				t.Errorf("%s\nwith %.40q gave %.300s", c.document, id, a.body)
			}
		}
		if after := w.snapshot(t); after != before {
			t.Fatalf("%s with strays changed\n%s\nto\n%s", c.document, before, after)
		}
	}
	for name, document := range map[string]string{
		"album":   `subscription($id:ID!){albumEvents(albumId:$id){kind}}`,
		"comment": `subscription($id:ID!){commentAdded(albumId:$album$,mediaId:$id){kind}}`,
		"likes":   `subscription($id:ID!){likesChanged(albumId:$album$,mediaId:$id){count}}`,
	} {
		socket := s.dial(t, w.people["owner"].token)
		for _, id := range []string{"x", "alb_01BX5ZZKBKACTAV9WEVGEMMVRZ", "med_01BX5ZZKBKACTAV9WEVGEMMVRZ", w.get("comment")} {
			if a, _ := socket.start(t, w.fill(document), "id", id).next(t); a.code() != string(album.CodeNotFound) {
				t.Errorf("watching the %s %s: %s", name, id, a.body)
			}
		}
	}
}

// TestTexts: each text at its limit, and one over.
func TestTexts(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$ $comment$"})
	before := w.snapshot(t)
	owner := w.people["owner"].token
	const wide = "海"
	for _, c := range []struct {
		field       string // of the error
		least, most int
		document    string
	}{
		{"displayName", 0, album.MaxDisplayNameLength, `mutation($s:String!){updateProfile(input:{displayName:$s}){user{displayName}}}`},
		{"title", 1, album.MaxTitleLength, `mutation($s:String!){createAlbum(input:{title:$s}){album{title}}}`},
		{"description", 0, album.MaxDescriptionLength, `mutation($s:String!){createAlbum(input:{title:"t",description:$s}){album{description}}}`},
		{"title", 1, album.MaxTitleLength, `mutation($s:String!){updateAlbum(input:{albumId:$album$,title:$s}){album{title}}}`},
		{"description", 0, album.MaxDescriptionLength, `mutation($s:String!){updateAlbum(input:{albumId:$album$,description:$s}){album{description}}}`},
		{"files.1.fileName", 1, album.MaxFileNameLength, `mutation($s:String!){createUploads(input:{albumId:$album$,files:[
			{fileName:"x",contentType:"image/jpeg",bytes:1},{fileName:$s,contentType:"image/jpeg",bytes:1}]}){tickets{media{fileName}}}}`},
		{"files.0.caption", 0, album.MaxCaptionLength, `mutation($s:String!){createUploads(input:{albumId:$album$,files:[
			{fileName:"x",contentType:"image/jpeg",bytes:1,caption:$s}]}){tickets{media{caption}}}}`},
		{"caption", 0, album.MaxCaptionLength, `mutation($s:String!){editMedia(input:{mediaId:$photo$,caption:$s}){media{caption}}}`},
		{"tags", 1, album.MaxTagLength, `mutation($s:String!){editMedia(input:{mediaId:$photo$,tags:["x",$s]}){media{tags}}}`},
		{"place.name", 0, album.MaxPlaceNameLength, `mutation($s:String!){editMedia(input:{mediaId:$photo$,place:{name:$s,latitude:1,longitude:1}}){media{place{name}}}}`},
		{"text", 1, album.MaxCommentLength, `mutation($s:String!){addComment(input:{mediaId:$photo$,text:$s}){comment{text}}}`},
		{"text", 1, album.MaxCommentLength, `mutation($s:String!){editComment(input:{commentId:$comment$,text:$s}){comment{text}}}`},
		{"password", 4, album.MaxPasswordLength, `mutation($s:String!){createShare(input:{albumId:$album$,password:$s}){token}}`},
		{"newPassword", album.MinPasswordLength, album.MaxPasswordLength, `mutation($s:String!){changePassword(input:{oldPassword:"correct horse",newPassword:$s}){user{id}}}`},
		{"password", album.MinPasswordLength, album.MaxPasswordLength, `mutation($s:String!){signUp(input:{name:$fresh$,password:$s}){session{accessToken}}}`},
		{"name", album.MinNameLength, album.MaxNameLength, `mutation($s:String!){signUp(input:{name:$s,password:"correct horse"}){session{accessToken}}}`},
	} {
		document := w.fill(c.document)
		bad := map[string]string{"one over": strings.Repeat(wide, c.most+1), "far over": strings.Repeat("x", 200_000)}
		for name, r := range map[string]string{"NUL": "\x00", "escape": "\x1b", "C1": "\u009f"} {
			bad[name] = strings.Repeat("x", max(c.least, 1)) + r + "x"
		}
		if c.least > 0 && !strings.Contains(c.document, "createShare") { // where none means none
			bad["empty"], bad["spaces"] = "", "   "
		}
		if c.least > 1 {
			bad["one under"] = strings.Repeat("x", c.least-1)
		}
		for name, text := range bad {
			a := s.ask(t, owner, document, "s", text)
			w.refused(t, c.field+" "+name, before, a, album.CodeInvalidInput)
			if len(a.Errors) > 0 && a.Errors[0].Extensions["field"] != c.field {
				t.Errorf("%s %s: the error names %v", c.field, name, a.Errors[0].Extensions["field"])
			}
		}
	}
	// What is at the limit is taken, in a world that may change.
	for _, c := range []struct {
		path, document string
		most           int
	}{
		{"updateProfile.user.displayName", `mutation($s:String!){updateProfile(input:{displayName:$s}){user{displayName}}}`, album.MaxDisplayNameLength},
		{"updateAlbum.album.title", `mutation($s:String!){updateAlbum(input:{albumId:$album$,title:$s}){album{title}}}`, album.MaxTitleLength},
		{"updateAlbum.album.description", `mutation($s:String!){updateAlbum(input:{albumId:$album$,description:$s}){album{description}}}`, album.MaxDescriptionLength},
		{"editMedia.media.caption", `mutation($s:String!){editMedia(input:{mediaId:$photo$,caption:$s}){media{caption}}}`, album.MaxCaptionLength},
		{"editMedia.media.tags.0", `mutation($s:String!){editMedia(input:{mediaId:$photo$,tags:[$s]}){media{tags}}}`, album.MaxTagLength},
		{"editMedia.media.place.name", `mutation($s:String!){editMedia(input:{mediaId:$photo$,place:{name:$s,latitude:1,longitude:1}}){media{place{name}}}}`, album.MaxPlaceNameLength},
		{"addComment.comment.text", `mutation($s:String!){addComment(input:{mediaId:$photo$,text:$s}){comment{text}}}`, album.MaxCommentLength},
		{"createUploads.tickets.0.media.fileName", `mutation($s:String!){createUploads(input:{albumId:$album$,files:[{fileName:$s,contentType:"image/jpeg",bytes:1}]}){tickets{media{fileName}}}}`, album.MaxFileNameLength},
	} {
		text := strings.Repeat(wide, c.most)
		if a := s.want(t, owner, w.fill(c.document), "s", text); a.at(c.path) != text {
			t.Errorf("%s at its limit became %.100v", c.path, a.at(c.path))
		}
	}
}

// TestInputsThatBreakLimits which are not texts.
func TestInputsThatBreakLimits(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$ $other$"})
	before := w.snapshot(t)
	list := func(what string, n int) string {
		return strings.TrimSuffix(strings.Repeat(what+",", n), ",")
	}
	upload := func(rest string) string {
		return `mutation{createUploads(input:{albumId:$album$,files:[{fileName:"x",contentType:"image/jpeg",` + rest + `}]}){tickets{url}}}`
	}
	const file = `{fileName:"x",contentType:"image/jpeg",bytes:1}`
	for _, c := range []struct {
		field, document string
		code            album.Code
	}{
		{"place", `mutation{editMedia(input:{mediaId:$photo$,place:{latitude:90.1,longitude:0}}){media{id}}}`, album.CodeInvalidInput},
		{"place", `mutation{editMedia(input:{mediaId:$photo$,place:{latitude:0,longitude:-181}}){media{id}}}`, album.CodeInvalidInput},
		{"takenAt", `mutation{editMedia(input:{mediaId:$photo$,takenAt:"1700-01-01T00:00:00Z"}){media{id}}}`, album.CodeInvalidInput},
		{"takenAt", `mutation{editMedia(input:{mediaId:$photo$,takenAt:"9999-01-01T00:00:00Z"}){media{id}}}`, album.CodeInvalidInput},
		{"tags", `mutation{editMedia(input:{mediaId:$photo$,tags:[` + list(`"x"`, album.MaxTags+1) + `]}){media{id}}}`, album.CodeInvalidInput},
		{"mediaIds", `mutation{trashMedia(input:{albumId:$album$,mediaIds:[]}){media{id}}}`, album.CodeInvalidInput},
		{"mediaIds", `mutation{deleteMedia(input:{albumId:$album$,mediaIds:[` + list("$photo$", album.MaxBatch+1) + `]}){deletedMediaIds}}`, album.CodeInvalidInput},
		{"toAlbumId", `mutation{moveMedia(input:{albumId:$album$,mediaIds:[$photo$],toAlbumId:$album$}){results{media{id}}}}`, album.CodeInvalidInput},
		{"userId", `mutation{transferAlbum(input:{albumId:$album$,userId:$owner$}){album{id}}}`, album.CodeInvalidInput},
		{"ids", `{nodes(ids:[` + list("$photo$", album.MaxBatch+1) + `]){id}}`, album.CodeInvalidInput},
		{"files", `mutation{createUploads(input:{albumId:$album$,files:[]}){tickets{url}}}`, album.CodeInvalidInput},
		{"files", `mutation{createUploads(input:{albumId:$album$,files:[` + list(file, album.MaxBatch+1) + `]}){tickets{url}}}`, album.CodeInvalidInput},
		{"files.0.bytes", upload(`bytes:0`), album.CodeInvalidInput},
		{"files.0.bytes", upload(`bytes:-1`), album.CodeInvalidInput},
		{"files.0.bytes", upload(`bytes:67108865`), album.CodeInvalidInput},
		{"files.0.sha256", upload(`bytes:1,sha256:"abc"`), album.CodeInvalidInput},
		{"files.0.sha256", upload(`bytes:1,sha256:"` + strings.Repeat("g", 64) + `"`), album.CodeInvalidInput},
		{"files.0.takenAt", upload(`bytes:1,takenAt:"9999-01-01T00:00:00Z"`), album.CodeInvalidInput},
		{"", `mutation{createUploads(input:{albumId:$album$,files:[` + file + `,{fileName:"x",contentType:"text/html",bytes:1}]}){tickets{url}}}`, album.CodeMediaUnsupported},
		{"", `mutation{createUploads(input:{albumId:$album$,files:[{fileName:"x",contentType:"image/svg+xml",bytes:1}]}){tickets{url}}}`, album.CodeMediaUnsupported},
		{"expiresAt", `mutation{createShare(input:{albumId:$album$,expiresAt:"2020-01-01T00:00:00Z"}){token}}`, album.CodeInvalidInput},
		{"avatarUrl", `mutation{updateProfile(input:{avatarUrl:"http://wx.qlogo.cn/x"}){user{id}}}`, album.CodeInvalidInput},
		{"avatarUrl", `mutation{updateProfile(input:{avatarUrl:"https://evil.example/x"}){user{id}}}`, album.CodeInvalidInput},
		{"avatarUrl", `mutation{updateProfile(input:{avatarUrl:"https://wx.qlogo.cn@evil.example/x"}){user{id}}}`, album.CodeInvalidInput},
		{"avatarUrl", `mutation{updateProfile(input:{avatarUrl:"https://wx.qlogo.cn/` + strings.Repeat("x", album.MaxURLLength) + `"}){user{id}}}`, album.CodeInvalidInput},
		{"avatarUrl", `mutation{updateProfile(input:{avatarUrl:"javascript:alert(1)"}){user{id}}}`, album.CodeInvalidInput},
	} {
		a := s.ask(t, w.people["owner"].token, w.fill(c.document))
		w.refused(t, fmt.Sprintf("%.200s", c.document), before, a, c.code)
		if len(a.Errors) > 0 && c.field != "" && a.Errors[0].Extensions["field"] != c.field {
			t.Errorf("%.200s: the error names %v", c.document, a.Errors[0].Extensions["field"])
		}
	}
}

// TestPages: limits and cursors of every list.
func TestPages(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{})
	owner := w.people["owner"].token
	cursors := map[string]string{
		"log": w.head(t), "the feed's": s.want(t, owner, `{feed{cursor}}`).str("feed.cursor"), "garbage": "garbage", "one byte": "UA",
		"JSON": "eyJrZXkiOjF9", "huge": strings.Repeat("UG1t", 100_000),
	}
	for name, document := range connections {
		if cursor, ok := leaf(s.want(t, owner, w.fill(document), "n", 100).Data).(string); ok {
			cursors[name] = cursor
		} else if name != "User.albums of others" {
			t.Errorf("%s is empty", name)
		}
	}
	for name, document := range connections {
		for _, n := range []int{-1, 0, album.MaxPageSize + 1, 1 << 30} {
			if a := s.ask(t, owner, w.fill(document), "n", n); a.code() != string(album.CodeInvalidInput) {
				t.Errorf("%s, first %d: %s", name, n, a.body)
			}
		}
		for of, cursor := range cursors {
			a := s.ask(t, owner, w.fill(document), "n", 100, "c", cursor)
			if want := map[bool]string{true: "", false: string(album.CodeInvalidInput)}[of == name]; a.code() != want {
				t.Errorf("%s, after a cursor of %s: %.300s", name, of, a.body)
			}
		}
	}
	// A cursor grants nothing: in another album it is a place in that album.
	document := strings.Replace(w.fill(connections["Album.media"]), w.get("album"), w.get("other"), 1)
	if a := s.want(t, owner, document, "n", 100, "c", cursors["Album.media"]); leaf(a.Data) != nil {
		t.Errorf("an album that has nothing shows %s", a.body)
	}
	for field, document := range map[string]string{"albumEvents": watchAlbum, "commentAdded": watchComments} {
		socket := s.dial(t, owner)
		for of, cursor := range cursors {
			if of == "log" {
				continue
			}
			if a, _ := socket.start(t, document, "id", w.get("album"), "after", cursor).next(t); a.code() != string(album.CodeInvalidInput) {
				t.Errorf("%s after a cursor of %s: %.200s", field, of, a.body)
			}
		}
		another := string(album.LogCursor(w.albumID("other"), 1))
		if a, _ := socket.start(t, document, "id", w.get("album"), "after", another).next(t); a.code() != string(album.CodeInvalidInput) {
			t.Errorf("%s after a cursor of another album: %.200s", field, a.body)
		}
	}
	socket := s.dial(t, owner)
	for of, cursor := range cursors {
		if of == "the feed's" {
			continue
		}
		if a, _ := socket.start(t, watchFeed, "after", cursor).next(t); a.code() != string(album.CodeInvalidInput) {
			t.Errorf("feedEvents after a cursor of %s: %.200s", of, a.body)
		}
	}
}

// TestForgedFeedCursors name albums that one may not see, and show nothing of them.
func TestForgedFeedCursors(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	stranger := w.people["stranger"].token
	own := s.want(t, stranger, `mutation{createAlbum(input:{title:"mine"}){album{id}}}`).str("createAlbum.album.id")
	position, err := album.ParseFeedPosition(album.Cursor(s.want(t, stranger, `{feed{cursor}}`).str("feed.cursor")))
	must(t, err)
	position.Seen[w.albumID("album")] = 0
	sub := s.dial(t, stranger).start(t, watchFeed, "after", string(position.Cursor()))
	s.want(t, w.people["owner"].token, addOne, "m", w.get("photo"), "t", "secret")
	s.want(t, stranger, `mutation($id:ID!){updateAlbum(input:{albumId:$id,title:"x"}){album{id}}}`, "id", own)
	expectKinds(t, sub, [2]string{"ALBUM_EDITED", own})
}
