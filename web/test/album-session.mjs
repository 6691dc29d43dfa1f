// A session under an open start page: its token ends and is renewed unseen; the
// session itself is ended elsewhere, which asks to sign in again and goes on.
import { api, play, server, shoot } from './browser.mjs';
import { comment, fill, following, makeAlbum, open as openMedium, password, shows, signUp, token } from './people.mjs';

await play(async (open) => {
  const mei = await open();
  await signUp(mei, 'mei', 'Mei');
  const id = await makeAlbum(mei, 'Still here');
  const [photo] = await fill(id, 1, await token(mei));
  await shows(mei, 1);
  const session = await mei.evaluate(() => localStorage.getItem('keepsake.session'));
  const feed = await open();
  const sockets = [];
  await feed.routeWebSocket('**/graphql', (socket) => {
    const behind = socket.connectToServer();
    sockets.push({ close: (why) => (behind.close(), socket.close(why)) });
  });
  await feed.addInitScript((s) => localStorage.getItem('keepsake.session') ?? localStorage.setItem('keepsake.session', s), session);
  await feed.goto(server);
  await feed.locator('.news-item').first().waitFor();
  await following(feed);
  await comment(await openMedium(mei, 0), 'Before');
  await feed.getByText('Before').waitFor();

  // A token holds for a quarter of an hour, too long for a test: the server's word that
  // it has ended is said for it. Another one is got, and nobody is asked anything.
  const old = await token(feed);
  sockets.at(-1).close({ code: 4403, reason: 'TOKEN_EXPIRED' });
  await feed.waitForFunction((old) => JSON.parse(localStorage.getItem('keepsake.session')).accessToken !== old, old);
  await following(feed);
  await comment(mei.locator('.viewer'), 'With a new token');
  await feed.getByText('With a new token').waitFor();
  if (sockets.length !== 2) throw new Error(`${sockets.length} sockets, not the one that ended and its successor`);
  if (await feed.getByRole('dialog').count()) throw new Error('a token that ended asks for something');

  // Signed out everywhere, on another device: what is shown stays below the question.
  // The albums are read again once after what happened last, perhaps in vain.
  const read = feed.waitForResponse((r) => r.request().postData()?.includes('MyAlbums') ?? false);
  await comment(mei.locator('.viewer'), 'And more');
  await feed.getByText('And more').waitFor();
  await api('mutation { signOut(input: { everywhere: true }) { ended } }', {}, await token(feed));
  const sign = feed.getByRole('dialog', { name: 'Sign in' });
  await sign.getByText('your session ended').waitFor();
  await read;
  await shoot(feed, 'feed-ended');
  if (!(await feed.locator('.card').count()) || !(await feed.locator('.news-item').count())) throw new Error('an ended session takes away what the start page shows');
  await sign.getByLabel('Account name').fill('mei');
  await sign.getByLabel('Password').fill(password);
  await sign.getByRole('button', { name: 'Sign in', exact: true }).click();
  await sign.waitFor({ state: 'detached' });
  await following(feed);
  await api('mutation($input: AddCommentInput!) { addComment(input: $input) { comment { id } } }', { input: { mediaId: photo, text: 'And after' } }, await token(feed));
  await feed.getByText('And after').waitFor();
});
