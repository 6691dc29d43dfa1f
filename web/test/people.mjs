// What people do on the album page, for all of its stories.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { api, server, waitLimit } from './browser.mjs';

const dir = process.env.FILES;
/** photos are photographs of real cameras; video is a film of 4 s. */
export const photos = readdirSync(dir).filter((f) => f.endsWith('.jpg')).sort().map((f) => join(dir, f));
export const video = join(dir, 'moving.mp4');

export const password = 'a long password';

/** signUp makes an account on the start page. */
export async function signUp(page, name, displayName = name) {
  await page.goto(server);
  await page.getByRole('button', { name: 'Sign up' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Account name').fill(name);
  await dialog.getByLabel('Your name').fill(displayName);
  await dialog.getByLabel('Password').fill(password);
  await dialog.getByRole('button', { name: 'Sign up', exact: true }).click();
  await page.getByRole('heading', { name: 'Your albums' }).waitFor();
}

/** makeAlbum makes an album on the start page and gives its identifier. */
export async function makeAlbum(page, title) {
  await page.getByRole('button', { name: 'New album' }).click();
  await page.getByLabel('Title').fill(title);
  await page.getByRole('button', { name: 'Make album' }).click();
  await page.getByRole('heading', { name: title }).waitFor();
  return page.url().split('/a/')[1];
}

/** addFiles picks files as the browser's picker does, and waits until all are in the grid. */
export async function addFiles(page, files) {
  const before = await tiles(page).count();
  await page.getByTestId('files').first().setInputFiles(files);
  await shows(page, before + files.length);
}

export const tiles = (page) => page.locator('.tile');

/** shows waits until the grid has so many media. */
export async function shows(page, n) {
  await page.locator(`.grid[data-count="${n}"]`).waitFor().catch(async (e) => {
    throw new Error(`${n} media are not there: ${await page.locator('.grid, .uploads').evaluateAll((all) => all.map((x) => x.dataset.count ?? x.innerText).join(' | '))}`, { cause: e });
  });
}

/** makeLink makes a share link in the dialog and gives its address. */
export async function makeLink(page, { role, secret } = {}) {
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share links' });
  const fresh = dialog.locator('.link[data-fresh]');
  if (role) await dialog.getByLabel('Who opens it may').selectOption(role);
  if (secret) await dialog.getByLabel('Password (optional)').fill(secret);
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  await fresh.waitFor();
  await fresh.getByRole('img', { name: /Scan it/ }).waitFor();
  const url = await fresh.getByRole('textbox').inputValue();
  await close(dialog);
  return url;
}

export const close = async (dialog) => {
  await dialog.getByRole('button', { name: 'Close', exact: true }).first().click();
  await dialog.waitFor({ state: 'detached' });
};

/** open shows the n-th medium in the viewer, with the comments. */
export async function open(page, n = 0) {
  await tiles(page).nth(n).getByRole('link').click();
  const viewer = page.locator('.viewer');
  await viewer.waitFor();
  if (!(await viewer.locator('.talk').count())) await viewer.getByRole('button', { name: 'Comments' }).click();
  await viewer.locator('.talk').waitFor();
  return viewer;
}

/** comment says something about the medium that is open. */
export async function comment(viewer, text) {
  await viewer.getByLabel('Write a comment').fill(text);
  await viewer.getByRole('button', { name: 'Send' }).click();
  await viewer.locator('.comment:not([data-pending])', { hasText: text }).waitFor();
}

/** following waits until the page is told of what happens. */
export const following = (page) => page.locator('.live-bar[data-live="connected"]').waitFor({ state: 'attached' });

/** token gives the access token of who is signed in. */
export const token = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('keepsake.session')).accessToken);

/** within waits for what must come within so many milliseconds, counted by the page's own clock. */
export async function within(ms, what, wait) {
  const began = performance.now();
  await wait({ timeout: waitLimit });
  const took = performance.now() - began;
  if (took > ms) throw new Error(`${what} took ${Math.round(took)} ms`);
  return took;
}

/** control asks the test to stop or start the server. */
export async function control(what) {
  const answer = await fetch(`${process.env.CONTROL}/${what}`, { method: 'POST', signal: AbortSignal.timeout(waitLimit) });
  if (!answer.ok) throw new Error(`${what}: ${await answer.text()}`);
}

/** fill adds small pictures of all shapes to an album over the API, and gives their identifiers. */
export async function fill(albumId, count, secret) {
  const shapes = readdirSync(dir).filter((f) => f.endsWith('.jpeg')).map((f) => readFileSync(join(dir, f)));
  const pictures = Array.from({ length: count }, (_, i) => distinct(shapes[i % shapes.length], i));
  const files = pictures.map((b, i) => ({ fileName: `${i}.jpg`, contentType: 'image/jpeg', bytes: b.length }));
  const { createUploads } = await api('mutation($input: CreateUploadsInput!) { createUploads(input: $input) { tickets { media { id } url headers { name value } } } }', { input: { albumId, files } }, secret);
  for (const [i, { media, url, headers }] of createUploads.tickets.entries()) {
    const sent = await fetch(url, { method: 'PUT', headers: Object.fromEntries(headers.map((h) => [h.name, h.value])), body: pictures[i] });
    if (!sent.ok) throw new Error(`${sent.status}: ${await sent.text()}`);
    await api('mutation($input: FinalizeUploadInput!) { finalizeUpload(input: $input) { media { id } } }', { input: { mediaId: media.id } }, secret);
  }
  return createUploads.tickets.map((t) => t.media.id);
}

/** distinct gives the same picture in other bytes: with a comment in its JPEG. */
function distinct(jpeg, n) {
  const text = Buffer.from(String(n).padStart(8, '0'));
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xfe, 0, text.length + 2]), text, jpeg.subarray(2)]);
}
