package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/store"
)

// writers is how many albums are written at once. It keeps the groups of the
// store's writer full.
const writers = 128

// never is when the sessions end, so that they outlive the data set.
var never = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// Write fills an empty store through its own methods, so that counts, logs and
// versions are right by construction. Each album is written in the order of
// its events. It calls progress with the number of albums done; progress must
// be safe for concurrent calls.
func Write(ctx context.Context, st store.Store, s Shape, progress func()) error {
	secret, err := auth.NewPasswords(nil).Hash(ctx, Password)
	if err != nil {
		return err
	}
	err = parallel(ctx, s.Users, func(ctx context.Context, n int) error {
		return writeUser(ctx, st, n, secret)
	})
	if err != nil {
		return fmt.Errorf("users: %w", err)
	}
	return parallel(ctx, s.Albums, func(ctx context.Context, a int) error {
		if err := s.writeAlbum(ctx, st, a); err != nil {
			return fmt.Errorf("album %d: %w", a, err)
		}
		progress()
		return nil
	})
}

func parallel(ctx context.Context, n int, do func(context.Context, int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(writers)
	for i := range n {
		g.Go(func() error { return do(ctx, i) })
	}
	return g.Wait()
}

func writeUser(ctx context.Context, st store.Store, n int, secret string) error {
	u := person(n)
	err := st.CreateUser(ctx, u, album.Identity{
		Provider: "local", Subject: Account(n), UserID: u.ID, Secret: secret,
	})
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(u.ID)) // of no refresh token that anyone holds
	return st.CreateSession(ctx, album.Session{
		ID: SessionID(n), UserID: u.ID, RefreshHash: hash[:], CreatedAt: begin, ExpiresAt: never,
	})
}

func (s Shape) writeAlbum(ctx context.Context, st store.Store, a int) error {
	id, at := AlbumID(a), madeAt(a)
	owner := UserID(s.Member(a, 0))
	_, err := st.CreateAlbum(ctx, &album.Album{
		ID: id, OwnerID: owner, Title: pick(titles, a), Visibility: visibility(a),
		Settings: album.DefaultSettings(), State: album.Active, CreatedAt: at,
	}, store.Change{Actor: owner, At: at})
	if err != nil {
		return err
	}
	for k := 1; k < s.Members(a); k++ {
		at := at.Add(time.Duration(k) * time.Minute)
		user := UserID(s.Member(a, k))
		m := album.Membership{AlbumID: id, UserID: user, Role: role(k), JoinedAt: at}
		if _, _, err := st.AddMember(ctx, m, store.Change{Actor: user, At: at}); err != nil {
			return err
		}
	}
	media := make([]*album.Media, s.MediaEach)
	owned := map[album.UserID][]*album.Media{}
	for j := range media {
		media[j] = s.medium(a, j)
		owned[media[j].OwnerID] = append(owned[media[j].OwnerID], media[j])
	}
	for _, one := range owned {
		if err := st.CreateMedia(ctx, one, math.MaxInt64); err != nil {
			return err
		}
	}
	for j, m := range media {
		if err := s.writeMedium(ctx, st, a, j, m); err != nil {
			return err
		}
	}
	return nil
}

// medium is a medium as its upload begins.
func (s Shape) medium(a, j int) *album.Media {
	n, at := s.Medium(a, j), addedAt(a, j)
	id := s.MediaID(a, j)
	m := &album.Media{
		ID: id, AlbumID: AlbumID(a), OwnerID: UserID(s.Member(a, j%uploaders)),
		Kind: album.Photo, Status: album.Pending, FileName: fmt.Sprintf("IMG_%04d.JPG", n%10_000),
		ContentType: "image/jpeg", Bytes: int64(1_500_000 + n*7919%4_000_000),
		TakenAt: at.Add(-3 * time.Hour), Caption: pick(captions, n), CreatedAt: at.Add(-time.Minute),
	}
	if j%10 == 9 {
		m.Kind, m.FileName, m.ContentType = album.Video, fmt.Sprintf("VID_%04d.MP4", n%10_000), "video/mp4"
	}
	m.Upload = album.Upload{
		Key: "incoming/" + string(id), ContentType: m.ContentType, Bytes: m.Bytes, ExpiresAt: m.CreatedAt.Add(time.Hour),
	}
	return m
}

// made is what the service would have made of a medium.
func made(m *album.Media) album.MediaMade {
	out := album.MediaMade{Blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj", Color: "#8a7f6b", Progress: 100}
	for _, f := range []album.File{
		{Role: album.Small, Width: 256, Height: 192, Bytes: 11_000},
		{Role: album.Medium, Width: 720, Height: 540, Bytes: 75_000},
		{Role: album.Large, Width: 1440, Height: 1080, Bytes: 240_000},
	} {
		f.ContentType = "image/jpeg"
		f.Key = "m/" + string(m.ID) + "/" + strings.ToLower(string(f.Role)) + "-0badcafe.jpg"
		out.Files = append(out.Files, f)
	}
	if m.Kind == album.Photo {
		out.Files = append(out.Files, album.File{
			Role: album.Clean, Key: "m/" + string(m.ID) + "/original", ContentType: m.ContentType, Width: 4032, Height: 3024, Bytes: m.Bytes,
		})
	}
	return out
}

// writeMedium publishes a medium, then adds its comments and likes.
func (s Shape) writeMedium(ctx context.Context, st store.Store, a, j int, m *album.Media) error {
	at := addedAt(a, j)
	sum := sha256.Sum256([]byte(m.ID))
	facts := album.MediaFacts{
		Kind: m.Kind, ContentType: m.ContentType, Bytes: m.Bytes, Width: 4032, Height: 3024,
		SHA256: hex.EncodeToString(sum[:]), Key: "m/" + string(m.ID) + "/original",
	}
	if m.Kind == album.Video {
		facts.Width, facts.Height, facts.Duration = 1080, 1920, 14*time.Second
	}
	if _, err := st.AcceptMedia(ctx, m.ID, facts, album.Work{}); err != nil {
		return err
	}
	if _, _, err := st.PublishMedia(ctx, m.ID, made(m), store.Change{Actor: m.OwnerID, At: at}); err != nil {
		return err
	}
	for k := range comments(j) {
		c := album.Comment{
			ID: s.commentID(a, j, k), MediaID: m.ID, AuthorID: UserID(s.Member(a, (j+3*k)%MembersEach)),
			Text: pick(remarks, s.Medium(a, j)+k), CreatedAt: at.Add(time.Duration(k+1) * time.Minute),
		}
		if k == 3 {
			c.ParentID = s.commentID(a, j, 0)
		}
		if _, _, err := st.AddComment(ctx, c); err != nil {
			return err
		}
	}
	for i := range Likes(j) {
		l := album.Like{
			MediaID: m.ID, UserID: UserID(s.Member(a, Liker(j, i))), At: at.Add(time.Duration(i+1) * time.Second),
		}
		if _, _, err := st.SetLike(ctx, l, true); err != nil {
			return err
		}
	}
	return nil
}
