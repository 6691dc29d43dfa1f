package crashtest

import (
	"slices"
	"strings"
	"testing"
)

// sound is a small world in which all is well: a medium with a comment that was
// acknowledged and one that was not and yet is there, a like, and two members.
func sound() (*ledger, *state, []entry) {
	l := newLedger()
	l.uploads["med"] = &upload{content: []byte("bytes"), sent: true, finalized: true}
	l.uploads["med-half"] = &upload{content: []byte("bytes"), sent: true}
	l.comments["acked"] = &asked{mediaID: "med", id: "cmt-1", acked: true}
	l.comments["in flight, kept"] = &asked{mediaID: "med"}
	l.comments["in flight, lost"] = &asked{mediaID: "med"}
	l.likes[like{"med", "ada"}] = &asked{acked: true}
	l.likes[like{"med", "bob"}] = &asked{}
	l.members["ada"] = &asked{acked: true}
	l.members["bob"] = &asked{acked: true}
	l.members["eve"] = &asked{}
	s := &state{
		mediaCount: 1, memberCount: 2, members: map[string]bool{"ada": true, "bob": true},
		media: map[string]*mediumState{"med": {
			status: "READY", content: []byte("bytes"), likeCount: 1, likers: map[string]bool{"ada": true},
			commentCount: 2, comments: []commentState{{"cmt-1", "acked"}, {"cmt-2", "in flight, kept"}},
		}},
	}
	log := []entry{
		{seq: 8, kind: "MEMBER_JOINED", userID: "ada"},
		{seq: 9, kind: "MEDIA_ADDED", mediaID: "med"},
		{seq: 10, kind: "COMMENT_ADDED", mediaID: "med", commentID: "cmt-1"},
		{seq: 11, kind: "MEMBER_JOINED", userID: "bob"},
		{seq: 12, kind: "COMMENT_ADDED", mediaID: "med", commentID: "cmt-2"},
	}
	return l, s, log
}

// The oracle would see each thing that could go wrong.
func TestOracleCanFail(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(l *ledger, s *state, log, seen *[]entry)
		want  string // part of a fault; empty for none
	}{
		"all is well": {func(*ledger, *state, *[]entry, *[]entry) {}, ""},
		"a lost comment": {func(_ *ledger, s *state, _, _ *[]entry) {
			m := s.media["med"]
			m.comments, m.commentCount = m.comments[1:], 1
		}, "comment cmt-1 was acknowledged and is gone"},
		"a comment that nobody wrote": {func(_ *ledger, s *state, _, _ *[]entry) {
			s.media["med"].comments[0].text = "torn"
		}, "nobody wrote comment cmt-1"},
		"a comment on another medium": {func(l *ledger, _ *state, _, _ *[]entry) {
			l.comments["acked"].mediaID = "med-half"
		}, "nobody wrote comment cmt-1 on med"},
		"a comment twice": {func(_ *ledger, s *state, _, _ *[]entry) {
			m := s.media["med"]
			m.comments, m.commentCount = append(m.comments, m.comments[0]), 3
		}, "comment cmt-1 is there twice"},
		"a comment count": {func(_ *ledger, s *state, _, _ *[]entry) { s.media["med"].commentCount++ }, "commentCount"},
		"a like count":    {func(_ *ledger, s *state, _, _ *[]entry) { s.media["med"].likeCount++ }, "likeCount"},
		"a media count":   {func(_ *ledger, s *state, _, _ *[]entry) { s.mediaCount++ }, "mediaCount"},
		"a member count":  {func(_ *ledger, s *state, _, _ *[]entry) { s.memberCount-- }, "memberCount"},
		"a lost like": {func(_ *ledger, s *state, _, _ *[]entry) {
			s.media["med"].likers, s.media["med"].likeCount = nil, 0
		}, "the like of med by ada was acknowledged"},
		"a like of nobody": {func(_ *ledger, s *state, _, _ *[]entry) { s.media["med"].likers["eve"] = true }, "eve never liked med"},
		"a lost medium":    {func(_ *ledger, s *state, _, _ *[]entry) { delete(s.media, "med") }, "medium med was acknowledged and is gone"},
		"other bytes":      {func(_ *ledger, s *state, _, _ *[]entry) { s.media["med"].content = []byte("byte") }, "4 bytes that are not the 5"},
		"a lost member":    {func(_ *ledger, s *state, _, _ *[]entry) { delete(s.members, "bob") }, "the joining of bob was acknowledged"},
		"a hole in the log": {func(_ *ledger, _ *state, log, _ *[]entry) {
			*log = slices.Delete(*log, 1, 2)
		}, "entry 1 of the log has seq 10, not 9"},
		"a seq twice": {func(_ *ledger, _ *state, log, _ *[]entry) {
			*log = slices.Insert(*log, 1, (*log)[0])
		}, "entry 1 of the log has seq 8, not 9"},
		"a log without its end": {func(_ *ledger, _ *state, log, _ *[]entry) {
			*log = (*log)[:4]
		}, "cmt-2 is there, and 0 times in the log"},
		"an entry without its change": {func(_ *ledger, s *state, _, _ *[]entry) {
			m := s.media["med"]
			m.comments, m.commentCount = m.comments[:1], 1
		}, "cmt-2 is in the log, and not there"},
		"a thing twice in the log": {func(_ *ledger, _ *state, log, _ *[]entry) {
			(*log)[4].commentID = "cmt-1"
		}, "cmt-1 is there, and 2 times in the log"},
		"an event that did not come": {func(_ *ledger, _ *state, _, seen *[]entry) {
			*seen = slices.Delete(*seen, 2, 3)
		}, "the subscriber saw"},
		"an event that came twice": {func(_ *ledger, _ *state, _, seen *[]entry) {
			*seen = slices.Insert(*seen, 2, (*seen)[1])
		}, "the subscriber saw"},
		"a last event that came twice": {func(_ *ledger, _ *state, _, seen *[]entry) {
			*seen = append(*seen, (*seen)[4])
		}, "more than the log has"},
		"a last event that did not come": {func(_ *ledger, _ *state, _, seen *[]entry) {
			*seen = (*seen)[:4]
		}, "the subscriber never saw"},
	} {
		t.Run(name, func(t *testing.T) {
			l, s, log := sound()
			seen := slices.Clone(log)
			c.spoil(l, s, &log, &seen)
			found := slices.Concat(auditState(l, s), auditLog(s, log, 7), auditStream(log, seen))
			text := strings.Join(found, "\n")
			if (c.want == "") != (len(found) == 0) || !strings.Contains(text, c.want) {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
}
