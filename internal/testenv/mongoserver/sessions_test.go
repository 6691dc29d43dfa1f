package mongoserver_test

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"keepsake/internal/testenv/mongoserver"
)

// A transaction that nobody ends keeps others from what it wrote, until its
// session is killed.
func TestKillSessions(t *testing.T) {
	s := mongoserver.Start(t)
	docs := database(t, s).Collection("docs")
	write := func(c *mongo.Collection, value int) error {
		session, err := c.Database().Client().StartSession()
		if err != nil {
			t.Fatal(err)
		}
		if err := session.StartTransaction(); err != nil {
			t.Fatal(err)
		}
		ctx := mongo.NewSessionContext(t.Context(), session)
		_, err = c.UpdateByID(ctx, 1, bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: value}}}})
		if err == nil && value == 2 {
			err = session.CommitTransaction(ctx)
		}
		return err // and no end of the transaction
	}
	if _, err := docs.InsertOne(t.Context(), bson.D{{Key: "_id", Value: 1}}); err != nil {
		t.Fatal(err)
	}
	if err := write(docs, 1); err != nil {
		t.Fatal(err)
	}
	other := open(t, s.URI).Database(docs.Database().Name()).Collection("docs")
	if err := write(other, 2); err == nil {
		t.Fatal("two transactions wrote the same at once")
	}
	if err := s.KillSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := write(other, 2); err != nil {
		t.Errorf("after the sessions were killed: %v", err)
	}
}
