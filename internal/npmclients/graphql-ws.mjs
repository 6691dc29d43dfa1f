// The client of graphql-ws.
import { Refused } from './keepsake.mjs';
import { play } from './stories.mjs';
import { newRecord, resuming, socketClient } from './watch.mjs';

function open(token, options) {
  const record = newRecord();
  const client = socketClient(token, record, options);
  return {
    record,
    subscribe: (query, variables, sink) => client.subscribe({ query, variables }, resuming(variables, sink)),
    ask: async (query, variables) => {
      for await (const { data, errors } of client.iterate({ query, variables })) {
        if (errors) throw new Refused(errors);
        return data;
      }
      throw new Error('completed without a result');
    },
  };
}

await play(open);
