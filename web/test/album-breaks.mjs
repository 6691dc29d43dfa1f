// What happens under an open page: the server goes and comes back, a member is
// removed, a session ends.
import { api, play, server, shoot, waitLimit } from './browser.mjs';
import { addFiles, close, comment, control, following, makeAlbum, makeLink, open as openMedium, password, photos, shows, signUp, tiles, token } from './people.mjs';

await play(async (open) => {
  const [mei, jun] = [await open(), await open()];
  await signUp(mei, 'mei', 'Mei');
  const id = await makeAlbum(mei, 'Breaks');
  await addFiles(mei, photos.slice(4, 7));
  const url = await makeLink(mei, { role: 'VIEWER' });
  await signUp(jun, 'jun', 'Jun');
  await jun.goto(url);
  await jun.getByRole('button', { name: /^Join/ }).click();
  await shows(jun, 3);
  const seen = await openMedium(jun, 0);
  await following(jun);

  // The server is gone: the page says so and keeps what it shows. What is done
  // meanwhile on a server that the page cannot hear comes by itself.
  await control('stop');
  await jun.locator('.live-bar').getByText('Connecting again').waitFor();
  await shoot(jun, 'offline');
  if ((await tiles(jun).count()) !== 3) throw new Error('a page without a server shows less');
  await control('start');
  await mei.reload();
  await comment(await openMedium(mei, 0), 'Said while it healed');
  await seen.getByText('Said while it healed').waitFor();
  await following(jun);
  await jun.locator('.live-bar').getByText('Connected again').waitFor();
  await jun.locator('.live-bar p').waitFor({ state: 'detached' });
  const before = await facts(jun);
  await jun.reload();
  await jun.locator('.viewer').waitFor();
  await jun.getByText('Said while it healed').waitFor();
  await sameAs(jun, before);

  // No network at all is said at once, and over at once.
  await following(jun);
  await jun.context().setOffline(true);
  await jun.getByText('You are offline').waitFor();
  await jun.context().setOffline(false);
  await following(jun);
  await jun.getByText('You are offline').waitFor({ state: 'detached' });

  // An ended session asks to sign in over the page as it was, and goes on.
  await api('mutation { signOut(input: { everywhere: true }) { ended } }', {}, await token(jun));
  const sign = jun.getByRole('dialog', { name: 'Sign in' });
  await sign.getByText('your session ended').waitFor();
  if ((await tiles(jun).count()) !== 3) throw new Error('an ended session takes the page away');
  await shoot(jun, 'ended');
  await sign.getByLabel('Account name').fill('jun');
  await sign.getByLabel('Password').fill(password);
  await sign.getByRole('button', { name: 'Sign in', exact: true }).click();
  await sign.waitFor({ state: 'detached' });
  await following(jun);
  await comment(mei.locator('.viewer'), 'Welcome back');
  await jun.locator('.viewer').getByText('Welcome back').waitFor();
  await comment(jun.locator('.viewer'), 'Thank you');

  // A member who is removed sees that, and nothing else any more.
  await mei.goto(`${server}/a/${id}`);
  await mei.getByRole('button', { name: 'Members' }).click();
  const members = mei.getByRole('dialog', { name: 'Members' });
  await members.getByRole('button', { name: 'More: Jun' }).click();
  await members.getByRole('menuitem', { name: 'Remove' }).click();
  await mei.getByRole('dialog', { name: 'Remove' }).getByRole('button', { name: 'Remove' }).click();
  await jun.getByTestId('gone-revoked').waitFor();
  await shoot(jun, 'revoked');
  const left = await jun.locator('.viewer, .tile, .dialog, main img').count();
  if (left) throw new Error(`${left} things of the album are still shown`);
  if ((await jun.locator('body').innerText()).includes('Breaks')) throw new Error('its title is still shown');
  await close(members);
  await jun.reload();
  await jun.getByTestId('gone-notFound').waitFor();
}, { forgiven: /ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection to .* failed|503/ });

function facts(page) {
  return page.locator('.tile, .comment').evaluateAll((all) => all.map((x) => `${x.dataset.id} ${x.innerText.replace(/\s+/g, ' ')}`).join('\n'));
}

/** sameAs waits until a page shows what it showed before; ages of comments count as they are. */
async function sameAs(page, before) {
  const ageless = (text) => text.replace(/(now|\d+ \w+ ago|in \d+ \w+)/g, '');
  const end = performance.now() + waitLimit;
  for (let after; ageless((after = await facts(page))) !== ageless(before); ) {
    if (performance.now() > end) throw new Error(`a reload shows ${after}, not ${before}`);
    await page.waitForTimeout(50);
  }
}
