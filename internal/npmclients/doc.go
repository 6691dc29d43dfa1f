// Package npmclients holds a test that the clients of npm work against the real
// server as they are: graphql-ws, graphql-sse, Apollo Client and urql, over
// servers that are killed and drained, cut connections and sessions that end.
//
//   - stories.mjs is what every client goes through, and says of each story what
//     it holds; a story is a subtest;
//   - graphql-ws.mjs, graphql-sse.mjs, apollo.mjs and urql.mjs make one client
//     each, set up as its documents have it;
//   - audits.mjs asks the server what graphql-http audits, persisted.mjs is Apollo
//     Client with its persisted queries; http_test.go runs them;
//   - keepsake.mjs is the API over plain HTTP, watch.mjs what a client gave;
//   - npmclients_test.go runs them, one process a story, and makes the trouble
//     that they ask for; node_test.go installs the clients.
package npmclients
