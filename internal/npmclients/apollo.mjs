// Apollo Client, over its GraphQLWsLink.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { tap } from 'rxjs';
import { Refused } from './keepsake.mjs';
import { play } from './stories.mjs';
import { eventOf, newRecord, socketClient } from './watch.mjs';

// resume keeps the variable `after` at the last event. GraphQLWsLink hands the
// operation's variables to graphql-ws, which sends them anew at each try.
const resume = new ApolloLink((operation, forward) => {
  if (operation.operationType !== 'subscription') return forward(operation);
  const variables = { ...operation.variables };
  operation.variables = variables;
  return forward(operation).pipe(tap(({ data }) => {
    if (data) variables.after = eventOf(data).cursor;
  }));
});

function open(token, options) {
  const record = newRecord();
  const link = ApolloLink.from([resume, new GraphQLWsLink(socketClient(token, record, options))]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const fetchPolicy = 'no-cache';
  return {
    record,
    subscribe(query, variables, sink) {
      const subscription = client.subscribe({ query: gql(query), variables, fetchPolicy }).subscribe({
        next({ data, error }) {
          if (error) sink.error(CombinedGraphQLErrors.is(error) ? new Refused(error.errors) : error);
          else sink.next(eventOf(data));
        },
        complete: () => sink.complete(),
      });
      return () => subscription.unsubscribe();
    },
    ask: async (text, variables) => {
      const document = gql(text);
      const mutates = document.definitions[0].operation === 'mutation';
      const { data } = await (mutates ? client.mutate({ mutation: document, variables, fetchPolicy })
        : client.query({ query: document, variables, fetchPolicy }));
      return data;
    },
  };
}

await play(open);
