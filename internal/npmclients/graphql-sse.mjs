// The client of graphql-sse, in its "distinct connections mode".
import { createClient, NetworkError } from 'graphql-sse';
import { api, comment, equal, newWorld, pause, Refused, signIn, signOutEverywhere, until, watched } from './keepsake.mjs';
import { play } from './stories.mjs';
import { albumEvents, newRecord, resuming, Watch } from './watch.mjs';

function open(token, { defaults, ...options } = {}) {
  const record = { ...newRecord(), closed: null };
  const client = createClient({
    url: `${watched}/graphql`,
    headers: token && (async () => ({ Authorization: `Bearer ${await token()}` })),
    on: { connected: () => record.opened++, message: (message) => record.messages.push(message) },
    ...options,
  });
  return {
    record,
    client,
    subscribe: (query, variables, sink) => client.subscribe({ query, variables }, resuming(variables, sink)),
    ask: async (query, variables) => api(query, variables, await token()),
  };
}

const own = {
  // Any operation may be answered as a stream of one result.
  async asks() {
    const world = await newWorld();
    const { client } = open(async () => world.owner.token);
    const results = [];
    for await (const result of client.iterate({ query: '{ me { id } }' })) results.push(result);
    equal('results', results, [{ data: { me: { id: world.owner.id } } }]);
  },

  // What fails before the stream is answered in plain JSON, under a status that
  // says so. By itself the client would try again, whatever the status.
  async refused() {
    const world = await newWorld();
    const { albumId } = world;
    const nothing = 'subscription($albumId: ID!) { albumEvents(albumId: $albumId) { nothing } }';
    for (const [query, token, status, code] of [
      [nothing, world.friend.token, 400, 'GRAPHQL_VALIDATION_FAILED'],
      [albumEvents, 'nonsense', 401, 'TOKEN_INVALID'],
    ]) {
      const watch = new Watch(open(async () => token, { retryAttempts: 0 }), query, { albumId });
      await until('an error came', () => watch.errors.length > 0);
      const [err] = watch.errors;
      equal('a response that was no stream', err instanceof NetworkError && err.response !== undefined, true);
      const { errors } = await err.response.json();
      equal('the response', [err.response.status, errors.map((e) => e.extensions.code)], [status, [code]]);
      equal('events and completion', [watch.events, watch.completed], [[], false]);
    }
  },

  // The session ends, as a token does: within a second the stream gives an error
  // and ends. Whether it is completed is the server's choice: where it is not, the
  // client comes back by itself, with a new token.
  async revoked() {
    const world = await newWorld();
    const tokens = [];
    const client = open(async () => tokens[tokens.push(await signIn(world.friend)) - 1]);
    const variables = { albumId: world.albumId, after: world.cursor };
    const watch = new Watch(client, albumEvents, variables);
    await comment(world, '1');
    await watch.sees('1');
    await signOutEverywhere(tokens[0]);
    const began = performance.now();
    await until('an error came', () => watch.errors.length > 0);
    equal('within a second', performance.now() - began < 1000, true);
    equal('the error', watch.errors.map((err) => (err instanceof Refused ? err.codes : err.message)), [['SESSION_REVOKED']]);
    await comment(world, '2');
    await until('the stream ended', () => watch.completed || client.record.opened > 1);
    const watches = watch.completed ? [watch, new Watch(client, albumEvents, variables)] : [watch];
    await comment(world, '3');
    const texts = () => watches.flatMap((w) => w.texts);
    await until('the last comment came', () => texts().includes('3'));
    equal('all that came', texts(), ['1', '2', '3']);
    equal('tokens asked for', tokens.length, 2);
  },

  // A stream lasts, though a request may not.
  async outlives() {
    const world = await newWorld();
    const client = open(async () => world.friend.token);
    const watch = new Watch(client, albumEvents, { albumId: world.albumId, after: world.cursor });
    const end = performance.now() + Number(process.env.LASTS);
    const written = [];
    for (; performance.now() < end; await pause(100)) {
      written.push(`${written.length}`);
      await comment(world, written.at(-1));
      await watch.sees(written.at(-1));
    }
    equal('the stream', watch.texts, written);
    equal('connections', client.record.opened, 1);
  },
};

await play(open, own);
