// What every client has to go through. A script calls play with a function that
// makes its client for a viewer: open(token, options) gives
//
//   record                             of its connections; closed is null where there are no sockets
//   subscribe(query, variables, sink)  which returns what disposes of it
//   ask(query, variables)              gives the data of a query or mutation
//
// The sink gets events, errors and the completion.
import {
  addComment, comment, comments, equal, newWorld, pause, removeFriend, signIn, signOutEverywhere, tell, trashAlbum, until,
} from './keepsake.mjs';
import { albumEvents, commentAdded, feedEvents, Watch } from './watch.mjs';

const stories = {
  // Each kind of stream goes on right behind a cursor: no gap, nothing twice.
  async resumes(open) {
    const world = await newWorld();
    const client = open(async () => world.friend.token);
    await comment(world, '0');
    await comment(world, '1');
    for (const [n, query] of [albumEvents, commentAdded, feedEvents].entries()) {
      const before = await comments(world);
      const all = new Watch(client, query, origin(world, query));
      await all.sees(before.at(-1));
      all.stop();
      equal('all that was', all.texts, before);
      const rest = new Watch(client, query, { ...origin(world, query), after: all.events[0].cursor });
      await rest.sees(before.at(-1));
      await comment(world, `${n + 2}`);
      await rest.sees(`${n + 2}`);
      rest.stop();
      equal('the rest', rest.texts, (await comments(world)).slice(1));
    }
  },

  // Queries and mutations take the socket of the subscription.
  async asks(open) {
    const world = await newWorld();
    const client = open(async () => world.owner.token);
    const watch = new Watch(client, commentAdded, origin(world, commentAdded));
    const { mediaId } = world;
    equal('the mutation', (await client.ask(addComment, { mediaId, text: 'asked' })).addComment.comment.text, 'asked');
    await watch.sees('asked');
    equal('the query', (await client.ask('query { me { id } }')).me.id, world.owner.id);
    equal('sockets', client.record.opened, 1);
  },

  // Without a token there are public albums.
  async anonymous(open) {
    const world = await newWorld('PUBLIC');
    const watch = new Watch(open(), albumEvents, origin(world, albumEvents));
    await comment(world, '1');
    await watch.sees('1');
    equal('the stream', watch.texts, ['1']);
  },

  // A document that does not fit the schema gives one error message, no more.
  async refused(open) {
    const world = await newWorld();
    const client = open(async () => world.friend.token);
    await comment(world, '1');
    const holder = new Watch(client, albumEvents, origin(world, albumEvents));
    await holder.sees('1');
    const watch = new Watch(client, 'subscription($albumId: ID!) { albumEvents(albumId: $albumId) { nothing } }', origin(world, albumEvents));
    await until('an error came', () => watch.errors.length > 0);
    equal('codes', watch.errors.map((err) => err.codes), [['GRAPHQL_VALIDATION_FAILED']]);
    await client.ask('query { me { id } }'); // so that whatever came after it has come
    const { id } = client.record.messages.find(({ type }) => type === 'error');
    equal('messages', client.record.messages.filter((m) => m.id === id).map(({ type }) => type), ['error']);
    equal('sockets', client.record.opened, 1);
    equal('events', watch.events, []);
  },

  // What was disposed of gets nothing more, not even on the wire.
  async unsubscribes(open) {
    const world = await newWorld();
    const client = open(async () => world.friend.token);
    const [one, other] = [albumEvents, commentAdded].map((query) => new Watch(client, query, origin(world, query)));
    await comment(world, '1');
    await Promise.all([one.sees('1'), other.sees('1')]);
    one.stop();
    await client.ask('query { me { id } }'); // the server has heard it
    await comment(world, '2');
    await other.sees('2');
    await client.ask('query { me { id } }'); // so that whatever else came has come
    equal('the one that was disposed of', one.texts, ['1']);
    const carried = (text) => client.record.messages.filter((m) => JSON.stringify(m).includes(`"text":"${text}"`)).length;
    equal('messages of each comment', [carried('1'), carried('2')], [2, 1]);
  },

  // Who loses the album is told so last, and then the stream is complete.
  async removed(open) { await loses(open, removeFriend); },
  async trashed(open) { await loses(open, trashAlbum); },

  // The connection is cut; the client is as its makers set it.
  async cut(open) { await comesBack(open, 'cut', commentAdded, { defaults: true }); },

  // The server is killed by SIGKILL, and started again.
  async killed(open) { await comesBack(open, 'kill', albumEvents); },

  // The server ends on SIGTERM, and is started again. The socket says why; a
  // stream may, by a last result, so long as it is not completed.
  async drained(open) {
    const { closed } = await comesBack(open, 'drain', feedEvents, {}, { passesOver: 'UNAVAILABLE' });
    if (closed) equal('closed with', closed[0]?.code, 1012);
  },

  // The session ends, as a token does: within a second the socket closes with
  // 4403. The client asks for a new token and comes back.
  async revoked(open) {
    const world = await newWorld();
    const tokens = [];
    const client = open(async () => tokens[tokens.push(await signIn(world.friend)) - 1], { defaults: true });
    const watch = new Watch(client, albumEvents, origin(world, albumEvents));
    await comment(world, '1');
    await watch.sees('1');
    await signOutEverywhere(tokens[0]);
    const began = performance.now();
    await until('the socket closed', () => client.record.closed.length > 0);
    equal('errors', watch.errors.map((err) => err.message), []);
    const { code, at } = client.record.closed[0];
    equal('closed with', code, 4403);
    equal('within a second', at - began < 1000, true);
    await comment(world, '2');
    await watch.sees('2');
    await comment(world, '3');
    await watch.sees('3');
    equal('the stream', watch.texts, ['1', '2', '3']);
    equal('tokens asked for', tokens.length, 2);
  },

  // A token that is no good at the start closes with 4403, too.
  async stale(open) {
    const world = await newWorld();
    const tokens = [await signIn(world.friend)];
    await signOutEverywhere(tokens[0]);
    tokens.push(await signIn(world.friend));
    const client = open(async () => tokens.shift(), { defaults: true });
    const watch = new Watch(client, albumEvents, origin(world, albumEvents));
    await comment(world, '1');
    await watch.sees('1');
    equal('the stream', watch.texts, ['1']);
    equal('tokens left', tokens.length, 0);
    const { closed } = client.record;
    if (closed) equal('closed with', closed.map(({ code }) => code), [4403]);
  },
};

// origin is from where a stream has all that happens in a new world.
const origin = ({ albumId, cursor, feedCursor }, query) => (query === feedEvents ? { after: feedCursor } : { albumId, after: cursor });

async function loses(open, how) {
  const world = await newWorld();
  const watch = new Watch(open(async () => world.friend.token), albumEvents, origin(world, albumEvents));
  await comment(world, '1');
  await watch.sees('1');
  await how(world);
  await watch.goesOn('access was revoked', () => watch.events.at(-1).kind === 'ACCESS_REVOKED');
  await until('it was completed', () => watch.completed);
  equal('the stream', watch.texts, ['1', 'ACCESS_REVOKED']);
  equal('errors', watch.errors, []);
}

// comesBack has comments go on through trouble that the Go test makes, and holds
// what the client was given against what the album has.
async function comesBack(open, trouble, query, options, ofWatch) {
  const world = await newWorld();
  const client = open(async () => world.friend.token, options);
  const watch = new Watch(client, query, origin(world, query), ofWatch);
  let writing = true;
  const writer = (async () => {
    for (let n = 1; writing; n++) {
      await comment(world, `${n}`).catch((err) => {
        if (trouble === 'cut' || err.codes && !err.codes.includes('UNAVAILABLE')) throw err;
      });
      await pause(20); // some fifty a second are enough
    }
  })();
  const meanwhile = (what, condition) => Promise.race([writer, watch.goesOn(what, condition)]);
  await meanwhile('five comments came', () => watch.events.length >= 5);
  tell({ do: trouble });
  await meanwhile('it came back', () => client.record.opened > 1);
  const before = watch.events.length;
  await meanwhile('five more comments came', () => watch.events.length >= before + 5);
  writing = false;
  await writer;
  await comment(world, 'last');
  await watch.sees('last');
  equal('the stream', watch.texts, await comments(world));
  return client.record;
}

// play runs the story that the Go test asks for. A script may have some of its
// own, which go before those of all.
export async function play(open, own = {}) {
  const story = { ...stories, ...own }[process.env.STORY];
  try {
    if (!story) throw new Error(`there is no story ${process.env.STORY}`);
    await story(open);
    tell({ passed: true });
  } catch (err) {
    tell({ failed: err.cause ? `${err.message}: ${describe(err.cause)}` : err.stack });
  }
  process.exit(); // whatever is still open
}

// describe puts what a sink's error got into words: it may be an event.
const describe = (err) => (err instanceof Error ? err.message : `${err?.constructor?.name} ${err?.code ?? ''} ${err?.message ?? ''}`);
