// The demo's story in two browsers side by side: an album, photographs and a video,
// a link, a second person, and what one does shows in the other without a reload.
import { picture, play, shoot } from './browser.mjs';
import { addFiles, comment, following, makeAlbum, makeLink, open as openMedium, photos, shows, signUp, tiles, video, within } from './people.mjs';

/** live is how long what one person does may take to show to another, in milliseconds. */
const live = 1_000;

await play(async (open) => {
  const mei = await open();
  await signUp(mei, 'mei', 'Mei');
  await makeAlbum(mei, 'By the lake');
  await addFiles(mei, [...photos.slice(0, 4), video]);
  await shoot(mei, 'album');

  const url = await makeLink(mei, { role: 'CONTRIBUTOR' });
  const jun = await open({ viewport: { width: 1100, height: 760 } });
  await signUp(jun, 'jun', 'Jun');
  await jun.goto(url);
  await jun.getByRole('button', { name: 'Join as Contributor' }).click();
  await jun.waitForURL(/\/a\//);
  await shows(jun, 5);
  await Promise.all([following(mei), following(jun)]);

  // A comment of one is there in the other at once, and a like goes both ways.
  const photo = await tiles(mei).nth(2).getAttribute('data-id');
  const [his, hers] = await Promise.all([jun, mei].map(async (page) => openMedium(page, 2)));
  const took = [];
  for (const [from, to, text] of [[hers, his, 'Look at that light'], [his, hers, 'The whole day was like that']]) {
    await to.locator('.threads').getByText(/./).first().waitFor();
    await from.getByLabel('Write a comment').fill(text);
    await from.getByRole('button', { name: 'Send' }).click();
    took.push(await within(live, `"${text}"`, (limit) => to.getByText(text).waitFor(limit)));
  }
  await his.getByRole('button', { name: /^Like/ }).click();
  await within(2 * live, 'the like', (limit) => hers.getByRole('button', { name: 'Like, 1 like' }).waitFor(limit));
  await hers.getByRole('button', { name: /^Like/ }).click();
  await within(2 * live, 'the like back', (limit) => his.getByRole('button', { name: /2 likes/ }).waitFor(limit));
  await hers.locator('.comment', { hasText: 'The whole day was like that' }).getByRole('button', { name: 'Reply' }).click();
  await hers.getByLabel('Reply to Jun').fill('Until it rained');
  await hers.getByLabel('Reply to Jun').press('Enter');
  await within(live, 'the reply', (limit) => his.locator('.replies').getByText('Until it rained').waitFor(limit));
  await shoot(mei, 'viewer');
  await picture(mei, 'album-viewer');
  await hers.getByRole('button', { name: 'Close' }).click();
  await mei.locator(`.tile[data-id="${photo}"] .badge`).nth(1).getByText('3', { exact: true }).waitFor();
  await his.press('Escape').catch(() => jun.keyboard.press('Escape'));
  await his.waitFor({ state: 'detached' });

  // What one adds arrives at the other, who is told; a film plays.
  await addFiles(jun, [photos[4]]);
  await within(live, 'the new photograph', () => shows(mei, 6));
  const film = tiles(mei).filter({ has: mei.locator('.badge-time') });
  await film.getByRole('link').click();
  await mei.locator('.viewer video').evaluate((video) => {
    video.muted = true;
    return video.play();
  });
  await mei.waitForFunction(() => document.querySelector('.viewer video').currentTime > 0.2);
  const { hash } = new URL(mei.url());
  await mei.keyboard.press('ArrowRight');
  await mei.waitForURL((next) => next.hash !== hash); // from here on it is about the next one
  await mei.locator('.viewer .talk').waitFor();
  await comment(mei.locator('.viewer'), 'And this one');
  await mei.goBack();
  await mei.locator('.viewer').waitFor({ state: 'detached' });

  // Every live page shows what a reload shows.
  for (const page of [mei, jun]) {
    const before = await facts(page);
    await page.reload();
    await shows(page, 6);
    const after = await facts(page);
    if (before !== after) throw new Error(`a reload shows ${after}, not ${before}`);
  }

  // The feed tells of it, live.
  await mei.goto(new URL('/', url).href);
  await mei.getByText('Jun added').first().waitFor();
  await following(mei);
  await comment(await openMedium(jun, 0), 'Seen from the feed');
  await within(2 * live, 'the comment in the feed', (limit) => mei.getByText('Seen from the feed').waitFor(limit));
  return { commentMs: Math.round(Math.max(...took)) };
});

/** facts is what the grid says. */
function facts(page) {
  return tiles(page).evaluateAll((all) => all.map((tile) => `${tile.dataset.id} ${tile.innerText.replace(/\s+/g, ' ')}`).join('\n'));
}
