package crashtest

import (
	"bytes"
	"fmt"
)

// faults collects what is not as it must be.
type faults []string

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// auditState holds what is there against the ledger: what was acknowledged is
// there, nothing is there that nobody asked for, and counts are those of what
// can be listed.
func auditState(l *ledger, s *state) (f faults) {
	for id, u := range l.uploads {
		if u.finalized && s.media[id] == nil {
			f.add("medium %s was acknowledged and is gone", id)
		}
	}
	if s.mediaCount != len(s.media) {
		f.add("mediaCount is %d, and %d are listed", s.mediaCount, len(s.media))
	}
	texts := map[string]bool{}
	for id, m := range s.media {
		u := l.uploads[id]
		if u == nil {
			f.add("nobody uploaded medium %s", id)
			continue
		}
		if m.status != "READY" || !bytes.Equal(m.content, u.content) {
			f.add("medium %s is %s with %d bytes that are not the %d that were sent", id, m.status, len(m.content), len(u.content))
		}
		f = append(f, auditComments(l, id, m, texts)...)
		f = append(f, auditLikes(l, id, m)...)
	}
	for text, c := range l.comments {
		if c.acked && !texts[text] {
			f.add("comment %s was acknowledged and is gone", c.id)
		}
	}
	for key, a := range l.likes {
		if m := s.media[key.mediaID]; a.acked && (m == nil || !m.likers[key.userID]) {
			f.add("the like of %s by %s was acknowledged and is gone", key.mediaID, key.userID)
		}
	}
	return append(f, auditMembers(l, s)...)
}

// auditComments marks the texts that it finds.
func auditComments(l *ledger, mediaID string, m *mediumState, texts map[string]bool) (f faults) {
	if m.commentCount != len(m.comments) {
		f.add("commentCount of %s is %d, and %d are listed", mediaID, m.commentCount, len(m.comments))
	}
	for _, c := range m.comments {
		a := l.comments[c.text]
		switch {
		case a == nil || a.mediaID != mediaID:
			f.add("nobody wrote comment %s on %s", c.id, mediaID)
		case a.acked && a.id != c.id:
			f.add("comment %s is listed as %s", a.id, c.id)
		case texts[c.text]:
			f.add("comment %s is there twice", c.id)
		}
		texts[c.text] = true
	}
	return f
}

func auditLikes(l *ledger, mediaID string, m *mediumState) (f faults) {
	if m.likeCount != len(m.likers) {
		f.add("likeCount of %s is %d, and %d are listed", mediaID, m.likeCount, len(m.likers))
	}
	for userID := range m.likers {
		if l.likes[like{mediaID, userID}] == nil {
			f.add("%s never liked %s", userID, mediaID)
		}
	}
	return f
}

func auditMembers(l *ledger, s *state) (f faults) {
	if s.memberCount != len(s.members) {
		f.add("memberCount is %d, and %d are listed", s.memberCount, len(s.members))
	}
	for userID, a := range l.members {
		if a.acked && !s.members[userID] {
			f.add("the joining of %s was acknowledged and is gone", userID)
		}
	}
	for userID := range s.members {
		if l.members[userID] == nil {
			f.add("%s never joined", userID)
		}
	}
	return f
}

// auditLog holds the log after seq first, as read back, against the album: it
// has no hole, and one entry for each thing that is there.
func auditLog(s *state, log []entry, first int64) (f faults) {
	logged := map[string]int{}
	for i, e := range log {
		if want := first + int64(i) + 1; e.seq != want {
			f.add("entry %d of the log has seq %d, not %d", i, e.seq, want)
			break
		}
		switch e.kind {
		case "MEDIA_ADDED":
			logged[e.mediaID]++
		case "COMMENT_ADDED":
			logged[e.commentID]++
		case "MEMBER_JOINED":
			logged[e.userID]++
		default:
			f.add("entry %d is %s, which nobody did", e.seq, e.kind)
		}
	}
	there := map[string]bool{}
	for id, m := range s.media {
		there[id] = true
		for _, c := range m.comments {
			there[c.id] = true
		}
	}
	for id := range s.members {
		there[id] = true
	}
	for id := range there {
		if logged[id] != 1 {
			f.add("%s is there, and %d times in the log", id, logged[id])
		}
	}
	for id := range logged {
		if !there[id] {
			f.add("%s is in the log, and not there", id)
		}
	}
	return f
}

// auditStream holds what a subscriber saw against the log.
func auditStream(log, seen []entry) (f faults) {
	for i := range max(len(log), len(seen)) {
		switch {
		case i >= len(seen):
			f.add("the subscriber never saw %+v", log[i])
		case i >= len(log):
			f.add("the subscriber saw %+v, which is more than the log has", seen[i])
		case seen[i] != log[i]:
			f.add("the subscriber saw %+v where the log has %+v", seen[i], log[i])
			return f // and all behind it
		}
	}
	return f
}
