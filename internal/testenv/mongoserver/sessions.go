package mongoserver

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// KillSessions ends all sessions and the transactions in them, of clients that
// are gone and of those that are there: what those were doing they do again. A
// transaction whose client was killed would else stand in the way of others for
// a minute.
func (s *Server) KillSessions(ctx context.Context) error {
	if err := s.admin.Database("admin").RunCommand(ctx, bson.D{{Key: "killAllSessions", Value: bson.A{}}}).Err(); err != nil {
		return fmt.Errorf("kill all sessions: %w", err)
	}
	return nil
}
