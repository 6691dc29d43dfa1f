// Visitors by a link: with a password, without a say, and until it is closed.
import { play, shoot } from './browser.mjs';
import { addFiles, close, following, makeAlbum, makeLink, open as openMedium, photos, shows, signUp } from './people.mjs';

await play(async (open) => {
  const mei = await open();
  await signUp(mei, 'mei', 'Mei');
  await makeAlbum(mei, 'For guests');
  await addFiles(mei, photos.slice(5, 7));
  const url = await makeLink(mei, { secret: 'lake2026' });

  const guest = await open();
  await guest.goto(url);
  await guest.getByRole('heading', { name: 'This album has a password' }).waitFor();
  if ((await guest.content()).includes('For guests')) throw new Error('a link with a password tells the title without it');
  await guest.getByLabel('Password').fill('sea2026');
  await guest.getByRole('button', { name: 'Open album' }).click();
  await guest.getByText('The password is wrong.').waitFor();
  await shoot(guest, 'password');
  await guest.getByLabel('Password').fill('lake2026');
  await guest.getByRole('button', { name: 'Open album' }).click();
  await shows(guest, 2);
  await following(guest);
  await shoot(guest, 'guest');

  // A visitor looks, and is told who may do more; nothing of the members shows.
  for (const name of ['Add', 'Share', 'Members']) {
    if (await guest.getByRole('button', { name, exact: true }).count()) throw new Error(`a visitor has the button ${name}`);
  }
  const viewer = await openMedium(guest, 0);
  if (await viewer.getByLabel('Write a comment').count()) throw new Error('a visitor may write');
  await viewer.getByText(/Join the album to like|Its members like/).waitFor();

  // It is live for visitors too, until the link is closed: then nothing is left.
  const hers = await openMedium(mei, 0);
  await hers.getByLabel('Write a comment').fill('Hello, guest');
  await hers.getByRole('button', { name: 'Send' }).click();
  await viewer.getByText('Hello, guest').waitFor();
  await hers.getByRole('button', { name: 'Close', exact: true }).click();
  await mei.getByRole('button', { name: 'Share', exact: true }).click();
  const shares = mei.getByRole('dialog', { name: 'Share links' });
  await shares.getByRole('button', { name: 'Close link' }).click();
  await mei.getByRole('dialog', { name: 'Close link' }).getByRole('button', { name: 'Close link' }).click();
  await guest.getByTestId('gone-revoked').or(guest.getByTestId('gone-closed')).waitFor();
  if (await guest.locator('.viewer, .tile, main img').count()) throw new Error('a closed link still shows the album');
  await guest.reload();
  await guest.getByTestId('gone-closed').or(guest.getByTestId('gone-notFound')).waitFor();
  await shoot(guest, 'closed');
});
