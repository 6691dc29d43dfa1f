// Who is in an album, and its end: a QR code that invites, roles that change under an
// open page, an owner who hands over and leaves, an album that is deleted.
import jsQR from 'jsqr';
import { play, server, shoot } from './browser.mjs';
import { addFiles, close, following, makeAlbum, makeLink, photos, shows, signUp } from './people.mjs';

await play(async (open) => {
  const mei = await open();
  await signUp(mei, 'mei', 'Mei');
  const id = await makeAlbum(mei, 'Ours');
  await addFiles(mei, [photos[0], photos[4]]);

  // The QR code says what the link says, and leads there.
  const url = await makeLink(mei, { role: 'CONTRIBUTOR' });
  await mei.getByRole('button', { name: 'Share', exact: true }).click();
  const shares = mei.getByRole('dialog', { name: 'Share links' });
  await shares.getByRole('button', { name: 'QR code' }).click();
  const scanned = await scan(await open({ bypassCSP: true }), await shares.getByRole('img', { name: /Scan it/ }).screenshot());
  if (scanned !== url) throw new Error(`the QR code says ${scanned}, not ${url}`);
  await close(shares);
  const jun = await open();
  await signUp(jun, 'jun', 'Jun');
  await jun.goto(scanned);
  await jun.getByRole('button', { name: 'Join as Contributor' }).click();
  await jun.waitForURL(/\/a\//);
  await shows(jun, 2);
  await Promise.all([following(jun), following(mei)]);

  // Roles change under an open page.
  await mei.getByText('2 members').waitFor();
  await mei.getByRole('button', { name: 'Members' }).click();
  const members = mei.getByRole('dialog', { name: 'Members' });
  const role = members.getByLabel('Role of Jun');
  await role.selectOption('VIEWER');
  await jun.getByRole('button', { name: 'Add photos and videos' }).waitFor({ state: 'detached' });
  await jun.getByText('You are a viewer here now.').waitFor();
  if ((await actions(jun)).includes('Trash')) throw new Error('a viewer has a trash');
  await role.selectOption('EDITOR');
  await jun.getByRole('button', { name: 'Share', exact: true }).waitFor();
  await jun.getByRole('button', { name: 'Add photos and videos' }).waitFor();
  await shoot(jun, 'editor');
  await choose(jun, 'Edit album');
  const edit = jun.getByRole('dialog', { name: 'Edit album' });
  if (await edit.getByLabel('Who sees it').count()) throw new Error('an editor may change who sees the album');
  await edit.getByLabel('Title').fill('Ours, together');
  await edit.getByRole('button', { name: 'Save' }).click();
  await mei.getByRole('heading', { name: 'Ours, together' }).waitFor();

  // Handed over, the page of either shows what they may do now; who was the owner can leave.
  await members.getByRole('button', { name: 'More: Jun' }).click();
  await members.getByRole('menuitem', { name: 'Make owner' }).click();
  await mei.getByRole('dialog', { name: 'Make owner' }).getByRole('button', { name: 'Make owner' }).click();
  await members.locator('.person', { hasText: 'Jun' }).getByText('Owner').waitFor();
  await shoot(mei, 'handed-over');
  await close(members);
  await jun.getByText('This album is yours now.').waitFor();
  await shoot(jun, 'owner');
  if (!(await actions(jun)).includes('Delete album')) throw new Error('the new owner may not delete the album');
  if ((await actions(mei)).includes('Delete album')) throw new Error('the old owner may still delete the album');
  await choose(mei, 'Leave album');
  await mei.getByRole('dialog', { name: 'Leave album' }).getByRole('button', { name: 'Leave album' }).click();
  await mei.getByText('You left the album.').waitFor();
  await mei.getByText('You are in no album yet.').waitFor();
  await jun.getByText('1 member', { exact: true }).waitFor();
  await mei.goto(`${server}/a/${id}`);
  await mei.getByTestId('gone-notFound').waitFor();

  // Deleted, it is gone for who looks, and in the owner's trash; restored, it is back.
  const guest = await open();
  await guest.goto(url);
  await shows(guest, 2);
  await following(guest);
  await dispose(jun);
  await guest.getByTestId('gone-revoked').waitFor();
  await shoot(guest, 'deleted');
  await jun.getByRole('heading', { name: 'Trash' }).waitFor();
  await shoot(jun, 'trashed');
  await jun.getByRole('link', { name: /Ours, together/ }).first().click();
  await jun.getByText('This album is in the trash.').waitFor();
  await shoot(jun, 'in-trash');
  await jun.getByRole('button', { name: 'Restore album' }).click();
  await jun.getByText('This album is in the trash.').waitFor({ state: 'detached' });
  await guest.reload();
  await shows(guest, 2);

  // Deleted for good, it is nowhere.
  await dispose(jun);
  await jun.getByRole('link', { name: /Ours, together/ }).first().click();
  await jun.getByRole('button', { name: 'Delete for good' }).click();
  const sure = jun.getByRole('dialog', { name: 'Delete for good' });
  await sure.getByRole('button', { name: 'Delete for good' }).click();
  await jun.getByText('The album was deleted for good.').waitFor();
  await jun.getByText('You are in no album yet.').waitFor();
  if (await jun.getByRole('heading', { name: 'Trash' }).count()) throw new Error('it is still in the trash');
  await jun.goto(`${server}/a/${id}`);
  await jun.getByTestId('gone-notFound').waitFor();
});

/** actions gives what the menu of an album offers. */
async function actions(page) {
  await page.locator('.album-actions').getByRole('button', { name: 'More' }).click();
  const all = await page.getByRole('menuitem').allInnerTexts();
  await page.keyboard.press('Escape');
  return all;
}

async function choose(page, item) {
  await page.locator('.album-actions').getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function dispose(page) {
  await choose(page, 'Delete album');
  await page.getByRole('dialog', { name: 'Delete album' }).getByRole('button', { name: 'Delete album' }).click();
  await page.getByRole('heading', { name: 'Your albums' }).waitFor();
}

/** scan reads a QR code from a picture of the screen, as a phone does. The empty page turns it into pixels. */
async function scan(page, png) {
  const { width, height, pixels } = await page.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]));
    const { width, height } = bitmap;
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    return { width, height, pixels: [...canvas.getContext('2d').getImageData(0, 0, width, height).data] };
  }, png.toString('base64'));
  await page.context().close();
  return jsQR(new Uint8ClampedArray(pixels), width, height)?.data;
}
