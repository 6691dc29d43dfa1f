package mongostore

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// shardKeys are those of docs/decisions/0006.
var shardKeys = map[string][]string{
	"users": {"_id"}, "sessions": {"_id"}, "refreshes": {"_id"}, "identities": {"_id"}, "albums": {"_id"},
	"members": {"userId", "albumId"}, "media": {"albumId", "_id"}, "comments": {"mediaId", "_id"},
	"likes": {"mediaId", "userId"}, "entries": {"albumId", "_id"}, "shares": {"tokenHash"}, "keys": {"_id"},
}

// checkSharding looks for commands that a sharded cluster refuses: a
// findAndModify, an upsert, or a change of the shard key, that does not name the
// whole key. https://www.mongodb.com/docs/manual/core/sharding-shard-key/ has
// the rules, as they are up to version 7.0.
func (p *plans) checkSharding(t *testing.T) {
	seen := 0
	for shape, s := range p.shapes {
		name, collection := s.command[0].Key, s.command[0].Value.(string)
		var filter, change any
		bound, many := false, false
		switch name {
		case "findAndModify":
			filter, change, bound = field(s.command, "query"), field(s.command, "update"), true
		case "update":
			one := field(s.command, "updates").(bson.A)[0].(bson.D)
			filter, change = field(one, "q"), field(one, "u")
			bound, _ = field(one, "upsert").(bool)
			many, _ = field(one, "multi").(bool)
		default:
			continue
		}
		set, _ := field(change.(bson.D), "$set").(bson.D)
		named := true
		for _, key := range shardKeys[collection] {
			_, operator := field(filter.(bson.D), key).(bson.D)
			named = named && field(filter.(bson.D), key) != nil && !operator
			if field(set, key) != nil {
				bound = true
				if many {
					t.Errorf("changes the shard key of many: %s", shape)
				}
			}
		}
		if bound {
			seen++
			if !named {
				t.Errorf("does not name the shard key of %s: %s", collection, shape)
			}
		}
	}
	if seen < 5 {
		t.Errorf("saw only %d commands that need the shard key", seen)
	}
}
