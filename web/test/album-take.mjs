// What is taken out of an album: a selection and everything as ZIP files, media into
// the trash, back, and away for good.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { api, play, shoot } from './browser.mjs';
import { addFiles, close, following, makeAlbum, makeLink, photos, shows, signUp, tiles, token } from './people.mjs';
import { unzip } from './zip.mjs';

const used = [photos[0], photos[3], photos[4], photos[6], photos[7]];

await play(async (open) => {
  const mei = await open();
  await signUp(mei, 'mei', 'Mei');
  await makeAlbum(mei, 'To take along');
  for (const file of used) await addFiles(mei, [file]); // one by one: the newest stands first
  const shown = [...used].reverse();

  // By mouse and keys: one, and with the shift key all as far as another.
  await menu(mei, 'Select');
  const bar = mei.getByRole('toolbar', { name: 'Select' });
  await box(mei, 0).click();
  await box(mei, 2).click({ modifiers: ['Shift'] });
  await box(mei, 1).focus();
  await mei.keyboard.press('Space');
  await bar.getByText('2 selected').waitFor();
  if ((await box(mei, 1).getAttribute('aria-checked')) !== 'false') throw new Error('the space key does not deselect');
  await shoot(mei, 'selected');
  await bar.getByRole('button', { name: 'Download' }).click();
  const dialog = mei.getByRole('dialog', { name: 'Download' });
  const [selection] = await fetchParts(mei, dialog);
  if (selection.name !== 'To take along.zip') throw new Error(`the file is called ${selection.name}`);
  sameFiles([selection], [shown[0], shown[2]]);
  await close(dialog);
  await mei.keyboard.press('Escape');
  await bar.waitFor({ state: 'detached' });

  // Everything, in several files. A phone's limit is 200 MB, too much for a test: the
  // page's question is given a smaller one on its way to the server.
  await mei.route('**/graphql', (route) => {
    const body = route.request().postData() ?? '';
    return route.continue({ postData: body.replace('archive(only: $only)', 'archive(only: $only, partBytes: 1000000)') });
  });
  await menu(mei, 'Download everything');
  const all = mei.getByRole('dialog', { name: 'Download everything' });
  await all.getByText('Part 1 of 2').waitFor();
  await shoot(mei, 'parts');
  const parts = await fetchParts(mei, all);
  if (parts.map((p) => p.name).join() !== 'To take along 1 of 2.zip,To take along 2 of 2.zip') throw new Error(`parts are called ${parts.map((p) => p.name)}`);
  sameFiles(parts, used);
  if ((await all.locator('.part[data-fetched]').count()) !== 2) throw new Error('what was fetched is not marked');
  await mei.unroute('**/graphql');
  await close(all);

  // Into the trash: gone for all at once, taken back on the spot, and from the trash.
  const url = await makeLink(mei);
  const guest = await open();
  await guest.goto(url);
  await shows(guest, 5);
  await following(guest);
  const ids = await tiles(mei).evaluateAll((all) => all.map((tile) => tile.dataset.id));
  await trash(mei, [0, 1, 2]);
  await shows(guest, 2);
  await mei.getByRole('button', { name: 'Undo' }).click();
  await mei.getByText('3 items are back in the album.').waitFor();
  for (const page of [mei, guest]) await shows(page, 5);
  await trash(mei, [0, 1, 2]);
  await menu(mei, 'Trash');
  const bin = mei.getByRole('dialog', { name: 'Trash' });
  await bin.locator('.trash-item').nth(2).waitFor();
  await bin.locator('.trash-item').nth(0).click();
  await bin.getByText('1 selected').waitFor();
  await shoot(mei, 'trash');
  await bin.getByRole('button', { name: 'Restore' }).click();
  await bin.locator('.trash-item').nth(2).waitFor({ state: 'detached' });
  await shows(guest, 3);

  // For good: asked first, then nobody has it.
  await bin.locator('.trash-item').nth(0).click();
  await bin.locator('.trash-item').nth(1).click();
  await bin.getByRole('button', { name: 'Delete for good' }).click();
  const sure = mei.getByRole('dialog', { name: 'Delete for good' });
  await sure.getByText('Delete 2 items for good?').waitFor();
  await sure.getByRole('button', { name: 'Delete for good' }).click();
  await mei.getByText('2 items were deleted for good.').waitFor();
  await bin.getByText('The trash is empty.').waitFor();
  await close(bin);
  const refused = await api('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }, await token(mei)).then(() => '', (e) => e.message);
  if (refused.match(/NOT_FOUND/g)?.length !== 2) throw new Error(`2 of 5 media are deleted, but the server says ${refused}`);
  await mei.reload();
  await shows(mei, 3);
});

async function menu(page, item) {
  await page.locator('.album-actions').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

/** box is the n-th medium while some are selected. */
function box(page, n) {
  return tiles(page).nth(n).getByRole('checkbox');
}

async function trash(page, which) {
  await menu(page, 'Select');
  for (const n of which) await box(page, n).click();
  await page.getByRole('button', { name: 'Move to trash' }).click();
  await page.getByText(`${which.length} items were moved to the trash.`).waitFor();
}

/** fetchParts fetches all files that a dialog offers, and opens them. */
async function fetchParts(page, dialog) {
  await dialog.locator('.part').first().waitFor();
  const parts = [];
  for (const link of await dialog.locator('.part').all()) {
    const coming = page.waitForEvent('download');
    await link.click();
    const download = await coming;
    parts.push({ name: download.suggestedFilename(), files: unzip(readFileSync(await download.path())) });
  }
  return parts;
}

/** sameFiles holds what is in ZIP files against what was added: names and bytes. */
function sameFiles(parts, paths) {
  const got = new Map(parts.flatMap((p) => [...p.files]));
  const names = [...got.keys()].sort().join();
  const wanted = paths.map((p) => basename(p)).sort().join();
  if (names !== wanted) throw new Error(`there is ${names}, not ${wanted}`);
  for (const path of paths) if (!readFileSync(path).equals(got.get(basename(path)))) throw new Error(`${path} has other bytes`);
}
