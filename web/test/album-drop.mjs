// Photographs that are dropped on an album's page, and a picture that is pasted.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { play, server, shoot } from './browser.mjs';
import { addFiles, close, makeAlbum, makeLink, photos, shows, signUp, tiles } from './people.mjs';

await play(async (open) => {
  const page = await open();
  await signUp(page, 'mei', 'Mei');
  await makeAlbum(page, 'Dropped');
  const overlay = page.locator('.drop');

  // While files hang over the page it says where they go, and stops when they leave it.
  const two = await carry(page, [photos[0], photos[4]]);
  await over(page, two, 'dragenter');
  await overlay.getByText('Drop to add to this album').waitFor();
  await shoot(page, 'drop');
  await over(page, two, 'dragleave');
  await overlay.waitFor({ state: 'detached' });

  // Dropped on the empty album, two photographs are added and nothing is opened.
  const { href } = new URL(page.url());
  await over(page, two, 'dragenter');
  if (await over(page, two, 'dragover')) throw new Error('files may not be dropped on the page');
  if (await over(page, two, 'drop')) throw new Error('the browser opens what is dropped itself');
  await overlay.waitFor({ state: 'detached' });
  await shows(page, 2);
  await page.locator('.tile img.loaded').nth(1).waitFor();
  if (page.url() !== href) throw new Error(`a drop leads to ${page.url()}`);

  // What cannot be taken is named with the reason, what is there already is not added again.
  await over(page, await carry(page, [photos[0]], [['notes.txt', 'text/plain', 'not a picture']]), 'drop');
  await page.getByText('notes.txt: This kind of file is not taken.').waitFor();
  await page.locator('.upload[data-phase="duplicate"]').waitFor();

  // A tile that is dragged about is no file.
  const from = await tiles(page).nth(0).boundingBox();
  const to = await tiles(page).nth(1).boundingBox();
  await page.mouse.move(from.x + 40, from.y + 40);
  await page.mouse.down();
  await page.mouse.move(to.x + 40, to.y + 40, { steps: 5 });
  if (await overlay.count()) throw new Error('a tile that is dragged is taken for a file');
  await page.mouse.up();

  // A picture is copied, as from another program, and pasted with the keys for it.
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server });
  await copyPicture(page);
  await page.locator('body').press('ControlOrMeta+v');
  await shows(page, 3);

  // So it is in a field for text: text stays text.
  await page.evaluate(() => navigator.clipboard.writeText('By the water'));
  await tiles(page).nth(0).getByRole('link').click();
  const write = page.locator('.viewer').getByLabel('Write a comment');
  await write.press('ControlOrMeta+v');
  if ((await write.inputValue()) !== 'By the water') throw new Error(`pasted text is ${await write.inputValue()}`);
  await close(page.locator('.viewer'));

  // Who may only look cannot drop, and does not lose the page by trying.
  const url = await makeLink(page);
  const guest = await open();
  await guest.goto(url);
  await shows(guest, 3);
  const more = await carry(guest, [photos[7]]);
  await over(guest, more, 'dragenter');
  if (await guest.locator('.drop').count()) throw new Error('a visitor is invited to drop');
  if (await over(guest, more, 'dragover') || (await over(guest, more, 'drop'))) throw new Error('a visitor who drops a file loses the page to it');
  await addFiles(page, [photos[7]]); // what was dropped would have come before this
  await shows(guest, 4);
});

/** carry gives files to a page as what is dragged holds them: some from disk, some made. */
async function carry(page, paths, made = []) {
  const types = { jpg: 'image/jpeg', mp4: 'video/mp4' };
  const files = [
    ...paths.map((path) => [basename(path), types[path.split('.').at(-1)], readFileSync(path, 'base64')]),
    ...made.map(([name, type, text]) => [name, type, Buffer.from(text).toString('base64')]),
  ];
  return page.evaluateHandle((files) => {
    const carried = new DataTransfer();
    for (const [name, type, base64] of files) carried.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type }));
    return carried;
  }, files);
}

/** over has a page see what is dragged, and gives whether the browser would still do what it does by itself. */
function over(page, carried, type) {
  return page.evaluate(
    ([dataTransfer, type]) => document.querySelector('main').dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true })),
    [carried, type],
  );
}

/** copyPicture puts a drawn picture into the clipboard. */
function copyPicture(page) {
  return page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 200 });
    const paint = canvas.getContext('2d');
    paint.fillStyle = '#206040';
    paint.fillRect(0, 0, 320, 200);
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
  });
}
