// An upload outlives a reload in its middle: it goes on where the server is, and what
// it made is there once.
import { api, play, server, waitLimit } from './browser.mjs';
import { following, makeAlbum, photos, shows, signUp, token } from './people.mjs';

/** slow is how fast the network sends, in bytes a second: the first chunk of 4 MiB takes 2 s. */
const slow = 2 << 20;

await play(async (open) => {
  const page = await open();
  await signUp(page, 'mei');
  const id = await makeAlbum(page, 'In the middle');
  const ranges = []; // of the chunks, as they are asked for
  page.on('request', (r) => r.method() === 'PUT' && ranges.push(r.headers()['content-range']));
  const chunks = (n) => page.waitForEvent('response', { predicate: (r) => r.request().method() === 'PUT' && r.status() === n, timeout: waitLimit });
  const network = await page.context().newCDPSession(page);
  const send = (uploadThroughput) => network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
  await network.send('Network.enable');
  await send(slow);

  // Files of several chunks and a small one; the reload comes when the first chunk has arrived.
  const large = photos.find((f) => f.includes('12669'));
  const first = chunks(308);
  await page.getByTestId('files').first().setInputFiles(large);
  await first;
  await page.locator('.upload[data-phase="sending"]').waitFor();
  const before = ranges.length;
  await page.reload();
  await page.getByTestId('uploads').waitFor();
  await send(-1);
  await shows(page, 1);
  const after = ranges.slice(before);
  if (!after.some((r) => r?.startsWith('bytes */'))) throw new Error(`the server was not asked how much it has: ${ranges}`);
  if (after.some((r) => r?.startsWith('bytes 0-'))) throw new Error(`it began anew: ${ranges}`);
  await page.getByTestId('uploads').waitFor({ state: 'detached' });

  // Once and ready, after one more reload too, and the same file is not added again.
  await page.reload();
  await shows(page, 1);
  await following(page);
  await page.getByTestId('files').first().setInputFiles(large);
  await page.locator('.upload[data-phase="duplicate"]').waitFor();
  const { album } = await api(`query($id: ID!) { album(id: $id) { mediaCount media(first: 10) { edges { node { status } } } } }`, { id }, await token(page));
  const statuses = album.media.edges.map((e) => e.node.status);
  if (album.mediaCount !== 1 || `${statuses}` !== 'READY') throw new Error(`${album.mediaCount} media: ${statuses}`);

  // What is no picture says what to do, and can be taken off.
  await page.getByTestId('files').first().setInputFiles({ name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture at all') });
  await page.locator('.upload[data-phase="failed"]').getByText('Send another copy of it.').or(page.getByText('This kind of file is not taken')).first().waitFor();
  await page.getByRole('button', { name: 'Cancel: notes.jpg' }).click();
  await page.locator('.upload[data-phase="failed"]').waitFor({ state: 'detached' });

  // Paused and resumed by hand.
  await send(slow / 8);
  await page.getByTestId('files').first().setInputFiles(photos.find((f) => f.includes('mushroom')) ?? photos[2]);
  await page.getByRole('button', { name: /^Pause: / }).click();
  await page.locator('.upload[data-phase="paused"]').waitFor();
  await send(-1);
  await page.getByRole('button', { name: /^Go on: / }).click();
  await shows(page, 2);
}, { forgiven: /ERR_ABORTED/ });
