// Apollo Client with its link for automatic persisted queries, over HTTP.
import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { equal, server, tell } from './keepsake.mjs';

const sent = []; // of each request: its method, and whether the document was in it

async function recorded(url, options) {
  const whole = options.method === 'GET' ? new URL(url).searchParams.has('query') : 'query' in JSON.parse(options.body);
  sent.push(`${options.method} ${whole ? 'document' : 'hash'}`);
  return fetch(url, options);
}

function open() {
  const sha256 = async (text) => createHash('sha256').update(text).digest('hex');
  const link = ApolloLink.from([
    new PersistedQueryLink({ sha256, useGETForHashedQueries: true }),
    new HttpLink({ uri: `${server}/graphql`, fetch: recorded }),
  ]);
  return new ApolloClient({ link, cache: new InMemoryCache() });
}

async function ask(client) {
  const query = gql`query Types { capabilities { contentTypes } }`;
  const { data } = await client.query({ query, fetchPolicy: 'no-cache' });
  equal('the answer', data.capabilities.contentTypes.includes('image/jpeg'), true);
}

try {
  const client = open();
  await ask(client);
  await ask(client);
  await ask(open()); // another client's
  equal('the requests', sent, ['GET hash', 'POST document', 'GET hash', 'GET hash']);
  tell({ passed: true });
} catch (err) {
  tell({ failed: err.stack });
}
