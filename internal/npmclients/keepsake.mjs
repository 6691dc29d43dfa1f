// What the scripts share: the API over plain HTTP, people, an album and its
// comments, and the words between a script and the Go test that runs it.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

// server is where everybody calls; watched is where the client under test does,
// which may be a proxy before it.
export const server = process.env.SERVER;
export const watched = process.env.WATCHED || server;

// waitLimit bounds each wait, in milliseconds. It leaves a client three tries to
// come back, before which it pauses for up to 4, 5 and 7 seconds.
const waitLimit = 25_000;

// tell says one thing to the Go test.
export const tell = (what) => console.log(JSON.stringify(what));

// pause is between two looks.
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// until waits for a condition.
export async function until(what, condition) {
  for (const end = performance.now() + waitLimit; !condition(); await pause(5)) {
    if (performance.now() > end) throw new Error(`in vain waited until ${what}`);
  }
}

const around = (text, at) => (text.length < 400 ? text : `…${text.slice(Math.max(at - 100, 0), at + 100)}…`);

// equal compares values that JSON can hold.
export function equal(what, got, want) {
  const [g, w] = [got, want].map((value) => `${JSON.stringify(value)}`);
  if (g === w) return;
  const at = [...w].findIndex((c, i) => c !== g[i]); // far into a long list, perhaps
  throw new Error(`${what}: ${around(g, at)}, want ${around(w, at)}`);
}

const codes = (errors) => errors.map((e) => e.extensions?.code ?? e.message);

// Refused is an answer with errors. It keeps their codes.
export class Refused extends Error {
  constructor(errors) {
    super(`refused with ${codes(errors)}`);
    this.codes = codes(errors);
  }
}

// api runs a query or mutation over HTTP.
export async function api(query, variables, token) {
  const headers = { 'Content-Type': 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(`${server}/graphql`, {
    method: 'POST', headers, body: JSON.stringify({ query, variables }), signal: AbortSignal.timeout(waitLimit),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Refused(errors);
  return data;
}

const password = 'correct horse battery';

async function signUp() {
  const name = `p-${randomUUID().slice(0, 13)}`;
  const { signUp } = await api(`mutation($input: SignUpInput!) {
    signUp(input: $input) { session { accessToken user { id } } }
  }`, { input: { name, password } });
  return { name, id: signUp.session.user.id, token: signUp.session.accessToken };
}

// signIn begins a new session and gives its token.
export async function signIn({ name }) {
  const { signIn } = await api(`mutation($input: SignInInput!) {
    signIn(input: $input) { session { accessToken } }
  }`, { input: { name, password } });
  return signIn.session.accessToken;
}

export const signOutEverywhere = (token) => api('mutation { signOut(input: {everywhere: true}) { ended } }', {}, token);

// newWorld makes an album of one photo. Its owner writes; a friend, who may only
// look, watches from the two cursors, of the album and of the friend's feed.
export async function newWorld(visibility = 'PRIVATE') {
  const [owner, friend] = [await signUp(), await signUp()];
  const made = await api(`mutation($input: CreateAlbumInput!) { createAlbum(input: $input) { album { id } } }`,
    { input: { title: 'Clients', visibility } }, owner.token);
  const world = { owner, friend, albumId: made.createAlbum.album.id };
  world.mediaId = await upload(world);
  const { createShare } = await api(`mutation($albumId: ID!) {
    createShare(input: {albumId: $albumId, joinRole: VIEWER}) { token }
  }`, world, owner.token);
  await api('mutation($token: String!) { joinAlbum(input: {token: $token}) { membership { role } } }', createShare, friend.token);
  const now = await api('query($albumId: ID!) { album(id: $albumId) { cursor } feed(first: 1) { cursor } }', world, friend.token);
  return { ...world, cursor: now.album.cursor, feedCursor: now.feed.cursor };
}

async function upload({ owner, albumId }) {
  const photo = await readFile(new URL('../../media/testdata/plain.jpg', import.meta.url));
  const files = [{ fileName: 'plain.jpg', contentType: 'image/jpeg', bytes: photo.length }];
  const { createUploads } = await api(`mutation($input: CreateUploadsInput!) {
    createUploads(input: $input) { tickets { media { id } method url headers { name value } } }
  }`, { input: { albumId, files } }, owner.token);
  const { media, method, url, headers } = createUploads.tickets[0];
  const sent = await fetch(url, { method, body: photo, headers: headers.map((h) => [h.name, h.value]) });
  if (!sent.ok) throw new Error(`the upload was answered ${sent.status}`);
  for (let status = ''; status !== 'READY';) {
    const { finalizeUpload } = await api('mutation($id: ID!) { finalizeUpload(input: {mediaId: $id}) { media { status } } }', media, owner.token);
    ({ status } = finalizeUpload.media);
  }
  return media.id;
}

export const addComment = `mutation($mediaId: ID!, $text: String!) {
  addComment(input: {mediaId: $mediaId, text: $text}) { comment { text } }
}`;

export const comment = (world, text) => api(addComment, { ...world, text }, world.owner.token);

// comments reads the texts of all comments, the oldest first.
export async function comments(world) {
  const texts = [];
  for (let after = null; ;) {
    const { media } = await api(`query($mediaId: ID!, $after: Cursor) {
      media(id: $mediaId) { comments(first: 100, after: $after) { edges { node { text } } pageInfo { hasNextPage endCursor } } }
    }`, { ...world, after }, world.owner.token);
    texts.push(...media.comments.edges.map((e) => e.node.text));
    if (!media.comments.pageInfo.hasNextPage) return texts;
    after = media.comments.pageInfo.endCursor;
  }
}

export const trashAlbum = (world) =>
  api('mutation($albumId: ID!) { trashAlbum(input: {albumId: $albumId}) { album { id } } }', world, world.owner.token);

export const removeFriend = (world) => api(`mutation($albumId: ID!, $userId: ID!) {
  removeMember(input: {albumId: $albumId, userId: $userId}) { user { id } }
}`, { ...world, userId: world.friend.id }, world.owner.token);
