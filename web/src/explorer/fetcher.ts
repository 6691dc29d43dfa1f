import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';
import { remember } from './story.ts';
import { token } from './session.ts';

type Headers = Record<string, string>;

/** withToken adds whoever is signed in, unless the headers name somebody themselves. */
async function withToken(headers: Headers = {}): Promise<Headers> {
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) return headers;
  const held = await token();
  return held ? { ...headers, Authorization: `Bearer ${held}` } : headers;
}

/** The headers of the last operation, which the next socket is opened with. */
let latest: Headers = {};

const wsClient = createClient({
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  async connectionParams() {
    const headers = await withToken(latest);
    const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization');
    return name ? { authorization: headers[name] } : {};
  },
});

const inner = createGraphiQLFetcher({ url: '/graphql', wsClient, enableIncrementalDelivery: false });

/** fetcher asks over HTTP, and watches over a socket, as whoever is signed in. */
export const fetcher: Fetcher = async (params, options) => {
  latest = options?.headers ?? {};
  const answer = await inner(params, { ...options, headers: await withToken(latest) });
  if (answer && typeof answer === 'object' && 'data' in answer) remember(params.operationName, answer.data);
  return answer as Awaited<ReturnType<Fetcher>>;
};
