package floor

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"keepsake/album"
)

// mongoDB is the database of a MongoDB deployment. Its page takes the same
// reads as the server's, in the same order, each of no more than the page shows.
type mongoDB struct {
	client *mongo.Client

	albumRows, memberRows, mediaRows, userRows, likeRows, commentRows *mongo.Collection
}

// openMongo connects with the server's promises: reads of what a majority has,
// writes on a majority's disks.
func openMongo(uri string) (*mongoDB, error) {
	parsed, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, err
	}
	c, err := mongo.Connect(options.Client().ApplyURI(uri).
		SetReadConcern(readconcern.Majority()).SetWriteConcern(writeconcern.Majority()))
	if err != nil {
		return nil, err
	}
	db := c.Database(parsed.Database)
	return &mongoDB{
		client:    c,
		albumRows: db.Collection("albums"), memberRows: db.Collection("members"), mediaRows: db.Collection("media"),
		userRows: db.Collection("users"), likeRows: db.Collection("likes"), commentRows: db.Collection("comments"),
	}, nil
}

func (f *mongoDB) close() error { return f.client.Disconnect(context.Background()) }

// fields is a projection.
func fields(names ...string) bson.D {
	out := make(bson.D, len(names))
	for i, name := range names {
		out[i] = bson.E{Key: name, Value: 1}
	}
	return out
}

func (f *mongoDB) album(ctx context.Context, id string, viewer album.UserID) (access, error) {
	is, settings, err := f.access(ctx, id, viewer)
	is.who = audiences[settings.Downloads]
	return is, err
}

// audiences has the floor's words for the server's.
var audiences = map[album.Audience]audience{album.Members: members, album.Anyone: anyone}

func (f *mongoDB) access(ctx context.Context, id string, viewer album.UserID) (is access, s album.Settings, err error) {
	var found struct {
		Title      string           `bson:"title"`
		Visibility album.Visibility `bson:"visibility"`
		Settings   album.Settings   `bson:"settings"`
	}
	err = f.albumRows.FindOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "state", Value: album.Active}},
		options.FindOne().SetProjection(fields("title", "visibility", "settings"))).Decode(&found)
	if err != nil {
		return is, s, orNotFound(err)
	}
	is.title, is.private = found.Title, found.Visibility == album.Private
	member := bson.D{{Key: "_id", Value: string(viewer) + "/" + id}, {Key: "userId", Value: viewer}, {Key: "albumId", Value: id}}
	err = f.memberRows.FindOne(ctx, member, options.FindOne().SetProjection(fields("_id"))).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return is, found.Settings, nil
	}
	is.member = err == nil
	return is, found.Settings, err
}

func orNotFound(err error) error {
	if errors.Is(err, mongo.ErrNoDocuments) {
		return errNotFound
	}
	return err
}

// mediaDoc is a medium with what its page is made of.
type mediaDoc struct {
	Shown       medium `bson:",inline"`
	OwnerID     string `bson:"ownerId"`
	FileName    string `bson:"fileName"`
	ContentType string `bson:"contentType"`
	Key         string `bson:"key"`
}

func (f *mongoDB) media(ctx context.Context, id string, viewer album.UserID, n int) ([]row, error) {
	var docs []mediaDoc
	cursor, err := f.mediaRows.Find(ctx, bson.D{{Key: "albumId", Value: id}, {Key: "standing", Value: "SHOWN"}}, options.Find().
		SetSort(bson.D{{Key: "addedAt", Value: -1}, {Key: "_id", Value: -1}}).SetLimit(int64(n)).
		SetProjection(fields("kind", "width", "height", "caption", "takenAt", "addedAt", "likeCount", "commentCount",
			"ownerId", "fileName", "contentType", "key")))
	if err := readAll(ctx, cursor, err, &docs); err != nil {
		return nil, err
	}
	owners := make([]string, len(docs))
	likes := make([]string, len(docs))
	ids := make([]string, len(docs))
	for i, doc := range docs {
		owners[i], likes[i], ids[i] = doc.OwnerID, doc.Shown.ID+"/"+string(viewer), doc.Shown.ID
	}
	users, err := f.users(ctx, owners)
	if err != nil {
		return nil, err
	}
	var liked []struct {
		MediaID string `bson:"mediaId"`
	}
	cursor, err = f.likeRows.Find(ctx, bson.D{in("_id", likes), in("mediaId", ids)}, options.Find().SetProjection(fields("mediaId")))
	if err := readAll(ctx, cursor, err, &liked); err != nil {
		return nil, err
	}
	out := make([]row, len(docs))
	byID := make(map[string]*medium, len(docs))
	for i := range docs {
		doc := &docs[i]
		doc.Shown.Owner = users[doc.OwnerID]
		byID[doc.Shown.ID] = &doc.Shown
		out[i] = row{&doc.Shown, doc.FileName, doc.ContentType, doc.Key}
	}
	for _, l := range liked {
		byID[l.MediaID].ViewerHasLiked = true
	}
	return out, nil
}

func (f *mongoDB) users(ctx context.Context, ids []string) (map[string]user, error) {
	var docs []user
	cursor, err := f.userRows.Find(ctx, bson.D{in("_id", ids)}, options.Find().SetProjection(fields("displayName", "avatarUrl")))
	if err := readAll(ctx, cursor, err, &docs); err != nil {
		return nil, err
	}
	out := make(map[string]user, len(docs))
	for _, u := range docs {
		out[u.ID] = u
	}
	return out, nil
}

// commentDoc is a comment with what ties it to the rest.
type commentDoc struct {
	Shown    comment `bson:",inline"`
	MediaID  string  `bson:"mediaId"`
	AuthorID string  `bson:"authorId"`
}

func (f *mongoDB) comments(ctx context.Context, edges []edge[*medium]) error {
	ids := make([]string, len(edges))
	byID := make(map[string]*medium, len(edges))
	for i, e := range edges {
		ids[i], byID[e.Node.ID] = e.Node.ID, e.Node
	}
	first := mongo.Pipeline{
		{{Key: "$match", Value: bson.D{{Key: "threadId", Value: nil}, {Key: "$or", Value: bson.A{
			bson.D{{Key: "removedAt", Value: nil}}, bson.D{{Key: "replyCount", Value: bson.D{{Key: "$gt", Value: 0}}}},
		}}}}},
		{{Key: "$sort", Value: bson.D{{Key: "createdAt", Value: 1}, {Key: "_id", Value: 1}}}},
		{{Key: "$limit", Value: 3}},
		{{Key: "$project", Value: fields("text", "createdAt", "mediaId", "authorId")}},
	}
	var docs []commentDoc
	cursor, err := f.mediaRows.Aggregate(ctx, mongo.Pipeline{
		{{Key: "$match", Value: bson.D{in("_id", ids)}}},
		{{Key: "$project", Value: fields("_id")}},
		{{Key: "$lookup", Value: bson.D{
			{Key: "from", Value: f.commentRows.Name()},
			{Key: "localField", Value: "_id"},
			{Key: "foreignField", Value: "mediaId"},
			{Key: "pipeline", Value: first},
			{Key: "as", Value: "rows"},
		}}},
		{{Key: "$unwind", Value: "$rows"}},
		{{Key: "$replaceRoot", Value: bson.D{{Key: "newRoot", Value: "$rows"}}}},
	})
	if err := readAll(ctx, cursor, err, &docs); err != nil {
		return err
	}
	authors := make([]string, len(docs))
	for i, doc := range docs {
		authors[i] = doc.AuthorID
	}
	users, err := f.users(ctx, authors)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		doc.Shown.Author = users[doc.AuthorID]
		m := byID[doc.MediaID]
		m.Comments.Edges = append(m.Comments.Edges, edge[comment]{doc.Shown})
	}
	return nil
}

func in(field string, ids []string) bson.E {
	return bson.E{Key: field, Value: bson.D{{Key: "$in", Value: ids}}}
}

func readAll(ctx context.Context, cursor *mongo.Cursor, err error, out any) error {
	if err != nil {
		return err
	}
	return cursor.All(ctx, out)
}

// UnmarshalBSONValue implements bson.ValueUnmarshaler.
func (m *moment) UnmarshalBSONValue(kind byte, data []byte) error {
	if bson.Type(kind) != bson.TypeDateTime || len(data) != 8 {
		return fmt.Errorf("a date of type %v", bson.Type(kind))
	}
	*m = moment(binary.LittleEndian.Uint64(data))
	return nil
}

func (f *mongoDB) medium(ctx context.Context, id string, viewer album.UserID) (access, error) {
	var found struct {
		AlbumID string `bson:"albumId"`
	}
	err := f.mediaRows.FindOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "standing", Value: "SHOWN"}},
		options.FindOne().SetProjection(fields("albumId"))).Decode(&found)
	if err != nil {
		return access{}, orNotFound(err)
	}
	is, settings, err := f.access(ctx, found.AlbumID, viewer)
	is.who = audiences[settings.Likes]
	return is, err
}

// like runs one like in a transaction of its own, in the driver's loop.
func (f *mongoDB) like(ctx context.Context, id string, viewer album.UserID, liked bool) (likes, error) {
	session, err := f.client.StartSession()
	if err != nil {
		return likes{}, err
	}
	defer session.EndSession(context.WithoutCancel(ctx))
	now, err := session.WithTransaction(ctx, func(ctx context.Context) (any, error) {
		by, err := f.writeLike(ctx, id, viewer, liked)
		if err != nil {
			return nil, err
		}
		var now struct {
			Count   int   `bson:"likeCount"`
			Version int64 `bson:"likeVersion"`
		}
		err = f.mediaRows.FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: id}},
			bson.D{{Key: "$inc", Value: bson.D{{Key: "likeCount", Value: by}, {Key: "likeVersion", Value: by * by}}}},
			options.FindOneAndUpdate().SetReturnDocument(options.After).SetProjection(fields("likeCount", "likeVersion")),
		).Decode(&now)
		return likes{now.Count, now.Version}, err
	})
	if err != nil {
		return likes{}, err
	}
	return now.(likes), nil
}

// writeLike returns by how much the count changes.
func (f *mongoDB) writeLike(ctx context.Context, id string, viewer album.UserID, liked bool) (by int, err error) {
	row := bson.D{{Key: "_id", Value: id + "/" + string(viewer)}, {Key: "mediaId", Value: id}, {Key: "userId", Value: viewer}}
	if !liked {
		r, err := f.likeRows.DeleteOne(ctx, row)
		if err != nil {
			return 0, err
		}
		return -int(r.DeletedCount), nil
	}
	r, err := f.likeRows.UpdateOne(ctx, row,
		bson.D{{Key: "$setOnInsert", Value: bson.D{{Key: "at", Value: time.Now()}}}}, options.UpdateOne().SetUpsert(true))
	if err != nil {
		return 0, err
	}
	return int(r.UpsertedCount), nil
}
