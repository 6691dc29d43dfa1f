// Package dataset is the data that the benchmarks run on: what is in it, as a
// function of a row's number, so that a program knows without asking the
// database who is in an album and who likes what; and Write, which makes it
// through the store's own methods.
package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"keepsake/album"
)

// Shape is how much there is. Albums, media and users are numbered from 0.
type Shape struct {
	Users     int // at least MembersEach, and without the factor 97
	Albums    int
	MediaEach int // media in each album, a multiple of 5
}

// Full is the data set of the published figures: 50,000 media, 200,000 likes
// and 100,000 comments.
var Full = Shape{Users: 1_000, Albums: 2_000, MediaEach: 25}

// Counts is how many rows there are of each kind.
type Counts struct {
	Users, Albums, Media, Likes, Comments int
}

// Counts follows from the shape: each five media have 20 likes and 10 comments.
func (s Shape) Counts() Counts {
	n := s.Albums * s.MediaEach
	return Counts{Users: s.Users, Albums: s.Albums, Media: n, Likes: 4 * n, Comments: 2 * n}
}

const (
	// MembersEach is how many members an album has, its owner first.
	MembersEach = 10
	// crowded is the size of every crowdEach-th album.
	crowded   = 100
	crowdEach = 100
	// stride spreads an album's members over the users.
	stride = 97
)

// Members is how many members an album has.
func (s Shape) Members(a int) int {
	if a%crowdEach == 0 {
		return min(crowded, s.Users)
	}
	return MembersEach
}

// Member returns the user who is the k-th member of an album; the owner is 0.
func (s Shape) Member(a, k int) int { return (a + k*stride) % s.Users }

// role of the k-th member.
func role(k int) album.Role {
	switch {
	case k == 0:
		return album.Owner
	case k == 1:
		return album.Editor
	case k < uploaders:
		return album.Contributor
	}
	return album.Viewer
}

// uploaders is how many members of each album add media.
const uploaders = 8

// visibility of an album: most are private.
func visibility(a int) album.Visibility {
	switch a % 20 {
	case 7, 13:
		return album.Link
	case 19:
		return album.Public
	}
	return album.Private
}

// Medium returns the number of the j-th medium of an album, oldest first.
func (s Shape) Medium(a, j int) int { return a*s.MediaEach + j }

// Likes is how many like the j-th medium of an album: 0, 2, 4, 6 or 8.
func Likes(j int) int { return 2 * ((2*j + 1) % 5) }

// Liker returns which member of its album is the i-th to like the j-th medium.
func Liker(j, i int) int { return (j + i) % MembersEach }

// HasLiked reports whether the k-th member of its album likes the j-th medium.
func HasLiked(j, k int) bool {
	return k < MembersEach && (k-j%MembersEach+MembersEach)%MembersEach < Likes(j)
}

// comments is how many comments the j-th medium of an album has: 0 to 4. The
// fourth answers the first.
func comments(j int) int { return j % 5 }

// begin is when the first album was made. All else follows within two months.
var begin = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// madeAt is when an album was made, and addedAt when a medium was published.
func madeAt(a int) time.Time     { return begin.Add(time.Duration(a) * time.Second) }
func addedAt(a, j int) time.Time { return madeAt(a).Add(time.Duration(j+1) * 24 * time.Hour) }

// The identifiers, from the time and the number, as the program would make them.

// UserID names a user.
func UserID(n int) album.UserID { return identifier[album.UserID](album.UserPrefix, begin, n) }

// SessionID names the session of a user.
func SessionID(n int) album.SessionID {
	return identifier[album.SessionID](album.SessionPrefix, begin, n)
}

// AlbumID names an album.
func AlbumID(a int) album.AlbumID {
	return identifier[album.AlbumID](album.AlbumPrefix, madeAt(a), a)
}

// MediaID names the j-th medium of an album.
func (s Shape) MediaID(a, j int) album.MediaID {
	return identifier[album.MediaID](album.MediaPrefix, addedAt(a, j), s.Medium(a, j))
}

func (s Shape) commentID(a, j, k int) album.CommentID {
	return identifier[album.CommentID](album.CommentPrefix, addedAt(a, j), 5*s.Medium(a, j)+k)
}

func identifier[T ~string](prefix string, at time.Time, n int) T {
	var u ulid.ULID
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(prefix), uint64(n)))
	if err := u.SetTime(ulid.Timestamp(at)); err != nil {
		panic(err) // the times above are all in range
	}
	copy(u[6:], sum[:10])
	return T(prefix + u.String())
}

// Account is the account name of a user.
func Account(n int) string { return fmt.Sprintf("user%04d", n) }

// Password is everyone's password.
const Password = "keepsake bench"
