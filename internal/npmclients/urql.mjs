// urql, over its subscriptionExchange and graphql-ws.
import { Client, subscriptionExchange } from '@urql/core';
import { Refused, watched } from './keepsake.mjs';
import { play } from './stories.mjs';
import { eventOf, newRecord, socketClient } from './watch.mjs';

function open(token, options) {
  const record = newRecord();
  const socket = socketClient(token, record, options);
  const client = new Client({
    url: `${watched}/graphql`,
    exchanges: [subscriptionExchange({
      enableAllOperations: true,
      // As urql's documents have it, and besides it keeps the variable `after`
      // of a subscription at the last event.
      forwardSubscription: (request, { kind }) => ({
        subscribe(sink) {
          const variables = { ...request.variables };
          const unsubscribe = socket.subscribe({ ...request, variables }, {
            ...sink,
            next(result) {
              if (kind === 'subscription' && result.data) variables.after = eventOf(result.data).cursor;
              sink.next(result);
            },
          });
          return { unsubscribe };
        },
      }),
    })],
  });
  return {
    record,
    subscribe(query, variables, sink) {
      const { unsubscribe } = client.subscription(query, variables).subscribe(({ data, error, hasNext }) => {
        if (error) sink.error(error.graphQLErrors.length > 0 ? new Refused(error.graphQLErrors) : error);
        else if (hasNext) sink.next(eventOf(data));
        else sink.complete(); // at the end urql gives the last result again
      });
      return unsubscribe;
    },
    ask: async (text, variables) => {
      const { data, error } = await client[text.startsWith('mutation') ? 'mutation' : 'query'](text, variables).toPromise();
      if (error) throw error;
      return data;
    },
  };
}

await play(open);
