package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/graph/generated"
)

// countRules are rows of the authorisation table that say what each count is: of
// what everyone sees who sees it, so it is the same for all of them, and what is on
// its way in, refused, in the trash or taken back is not in it. In a quiet world no
// other row makes anything happen.
var countRules = []rule{
	{"Album.mediaCount", "what it counts", "quiet", `mediaCount`, "=3 =3 =3 =3 =3 N N"},
	{"Album.mediaCount", "what it counts, public", "quiet and public", `mediaCount`, "=3 =3 =3 =3 =3 =3 =3"},
	{"Album.mediaCount", "what it counts, trashed", "trashed", `mediaCount`, "=3 N N N N N N"},
	{"Album.memberCount", "what it counts", "quiet", `memberCount`, "=4 =4 =4 =4 =4 N N"},
	{"Album.memberCount", "what it counts, public", "quiet and public", `memberCount`, "=4 =4 =4 =4 =4 =4 =4"},
	{"Album.archive", "what it counts", "takeaway", `archive{parts{mediaCount}}`, "=3 =3 =3 =3 =3 N N"},
	{"Media.likeCount", "what it counts", "quiet", `likeCount`, "=1 =1 =1 =1 =1 N N"},
	{"Media.likeCount", "what it counts, public", "quiet and public", `likeCount`, "=1 =1 =1 =1 =1 =1 =1"},
	{"Media.commentCount", "what it counts", "quiet", `commentCount`, "=3 =3 =3 =3 =3 N N"},
	{"Media.commentCount", "what it counts, public", "quiet and public", `commentCount`, "=3 =3 =3 =3 =3 =3 =3"},
	{"Comment.replyCount", "what it counts", "quiet", `replyCount`, "=1 =1 =1 =1 =1 N N"},
	{"Mutation.likeMedia", "what it counts", "open", `mutation{likeMedia(input:{mediaId:$photo$}){likes{count}}}`, "=2 =2 =2 =1 U =2 U"},
	{"Mutation.signOut", "what it counts", "", `mutation{signOut(input:{everywhere:true}){ended}}`, "=1 =1 =1 =1 U =1 U"},
	{"User.storage", "what it counts", "", `{me{storage{used}}}`, "+ + + + 0 + 0"},
	{"User.storage", "of another", "public", `storage{quota}`, "+ 0 0 0 0 0 0"},
}

// nodeRules are rows of the authorisation table about things by their identifiers.
var nodeRules = []rule{
	{"Query.nodes", "album", "", `{nodes(ids:[$album$]){id}}`, shown},
	{"Query.nodes", "album, trashed", "", `{nodes(ids:[$binned$]){id}}`, "+ N N N N N N"},
	{"Query.nodes", "media", "", `{nodes(ids:[$photo$]){...on Media{url{url}}}}`, shown},
	{"Query.nodes", "media in the trash", "public", `{nodes(ids:[$binnedPhoto$]){...on Media{url{url}}}}`, ownMediaSeen},
	{"Query.nodes", "media on its way in", "", `{nodes(ids:[$pending$]){id}}`, "N N + N N N N"},
	{"Query.nodes", "comment", "", `{nodes(ids:[$comment$]){...on Comment{text}}}`, shown},
	{"Query.nodes", "comment on a medium in the trash", "binnedComment", `{nodes(ids:[$comment$]){...on Comment{text}}}`, ownMediaSeen},
	{"Query.nodes", "share", "", `{nodes(ids:[$share$]){id}}`, "+ + N N + N N"},
	{"Query.nodes", "share of a public album", "public", `{nodes(ids:[$invitation$]){id}}`, managed},
	{"Query.nodes", "user", "", `{nodes(ids:[$owner$]){id}}`, toAll},
}

// TestEveryNodeHasARule: each type that has identifiers is asked for by them.
func TestEveryNodeHasARule(t *testing.T) {
	t.Parallel()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, def := range schema.PossibleTypes["Node"] {
		for _, field := range []string{"Query.node", "Query.nodes"} {
			if !slices.ContainsFunc(rules(), func(r rule) bool {
				return r.field == field && strings.HasPrefix(r.when, strings.ToLower(def.Name))
			}) {
				t.Errorf("no row asks %s for a %s", field, def.Name)
			}
		}
	}
}

// TestEveryCountHasARule: each field that counts has a row that says what.
func TestEveryCountHasARule(t *testing.T) {
	t.Parallel()
	for _, def := range generated.NewExecutableSchema(generated.Config{}).Schema().Types {
		if def.Kind != ast.Object || def.BuiltIn {
			continue
		}
		for _, f := range def.Fields {
			name := strings.ToLower(f.Name)
			counts := strings.HasSuffix(name, "count") || slices.Contains([]string{"used", "quota", "ended"}, name)
			if counts && !slices.ContainsFunc(countRules, func(r rule) bool {
				return strings.HasPrefix(r.field, def.Name+".") && r.ask == f.Name || strings.HasSuffix(strings.TrimRight(r.ask, "}"), "{"+f.Name)
			}) {
				t.Errorf("no row says what %s.%s counts", def.Name, f.Name)
			}
		}
	}
}
