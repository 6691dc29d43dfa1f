// How the pages look on a phone and on a desk, in both languages, light and dark:
// nothing is cut off, fingers find what they press, and axe finds nothing serious.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { keep, picture, play, server, shoot } from './browser.mjs';
import { addFiles, comment, makeAlbum, makeLink, open as openMedium, photos, shows, signUp, video } from './people.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** media are no more than six: where rows of more break hangs on their identifiers, which are by chance. */
const media = [video, photos[0], photos[1], photos[5], photos[6], photos[8]];
const faults = [];
/** kept are looks that are held against pictures, in all widths and languages. */
const kept = ['album', 'viewer'];
const en = { newAlbum: 'New album', share: 'Share', members: 'Members', more: 'More', edit: 'Edit album', select: 'Select', signUp: 'Sign up', other: '简体中文', otherVisitor: /链接/ };
const zh = { newAlbum: '新建相册', share: '分享', members: '成员', more: '更多', edit: '编辑相册', select: '选择', signUp: '注册', other: 'English', otherVisitor: 'by a link' };

await play(async (open) => {
  const mei = await open();
  await signUp(mei, 'mei', 'Mei 梅');
  const id = await makeAlbum(mei, 'A week by the lake, with everyone');
  for (const file of media) await addFiles(mei, [file]); // one by one: they stand in this order
  const secret = await makeLink(mei, { role: 'CONTRIBUTOR' });
  const viewer = await openMedium(mei, 3);
  await comment(viewer, 'We saw this from the boat, just before it rained.');
  await comment(viewer, 'A link that does not end: https://example.com/' + 'long'.repeat(20));
  await viewer.getByRole('button', { name: /^Like/ }).click();
  await viewer.getByRole('button', { name: 'Close', exact: true }).click();
  const session = await mei.evaluate(() => localStorage.getItem('keepsake.session'));

  for (const [locale, words] of Object.entries({ 'en-GB': en, 'zh-CN': zh })) {
    for (const [width, height] of [[375, 667], [1280, 800]]) {
      // One context for each language and width; colours change under the page.
      const page = await open({ locale, viewport: { width, height }, ...(width < 500 && { hasTouch: true, isMobile: true }) });
      await page.addInitScript((s) => localStorage.setItem('keepsake.session', s), session);
      const look = async (name) => {
        // Colours are the same in all languages: each width has both, in one of them.
        const both = (width < 500) === (locale === 'en-GB') || process.env.SHOTS || process.env.PICTURES;
        for (const colorScheme of both ? ['light', 'dark'] : ['light']) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await judge(page, `${name} ${width} ${locale} ${colorScheme}`);
          if (name === 'album' && width > 500 && locale === 'en-GB' && colorScheme === 'light') await picture(page, 'album-page', 525);
          if (kept.includes(name) && colorScheme === 'light') await keep(page, `${name}-${width}-${locale.slice(0, 2)}`);
          await shoot(page, `${name}-${width}-${locale.slice(0, 2)}-${colorScheme}`);
        }
      };
      await page.goto(server);
      await page.locator('.news-item').first().waitFor();
      await page.locator('.card img.loaded').first().waitFor();
      await look('feed');
      await page.getByRole('button', { name: words.newAlbum }).click();
      await page.getByRole('dialog').waitFor();
      await look('new-album');
      await page.keyboard.press('Escape');
      await page.goto(`${server}/a/${id}`);
      await shows(page, media.length);
      await page.locator('.tile img.loaded').nth(2).waitFor();
      await look('album');
      for (const [name, button] of [['shares', words.share], ['members', words.members]]) {
        await page.getByRole('button', { name: button, exact: true }).click();
        await page.locator(name === 'shares' ? '.link' : '.person').first().waitFor();
        await look(name);
        await closeDialog(page);
      }
      await page.locator('.album-actions').getByRole('button', { name: words.more }).click();
      await page.getByRole('menu').waitFor();
      await look('menu');
      await page.getByRole('menuitem', { name: words.edit }).click();
      await page.getByRole('dialog').waitFor();
      await look('edit');
      await closeDialog(page);
      await page.locator('.album-actions').getByRole('button', { name: words.more }).click();
      await page.getByRole('menuitem', { name: words.select, exact: true }).click();
      for (const n of [0, 2]) await page.locator('.tile').nth(n).getByRole('checkbox').click();
      await look('selecting');
      await page.keyboard.press('Escape');
      await page.locator('.select-bar').waitFor({ state: 'detached' });
      await page.locator('.tile').nth(3).getByRole('link').click();
      await page.locator('.viewer .yarl__slide_current img').waitFor();
      if (width < 500) {
        await look('viewer');
        await page.locator('.viewer .counted').nth(1).click();
      }
      await page.locator('.viewer .comment').nth(1).waitFor();
      await look('talk');
      await page.context().close();
    }
    const guest = await open({ locale, viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true });
    await guest.emulateMedia({ reducedMotion: 'reduce' });
    await guest.goto(server);
    await guest.getByRole('button', { name: words.signUp }).click();
    await guest.getByRole('dialog').waitFor();
    await judge(guest, `sign up ${locale}`);
    await shoot(guest, `sign-up-${locale.slice(0, 2)}`);
    await guest.goto(secret);
    await shows(guest, media.length);
    await judge(guest, `link ${locale}`);
    await keep(guest, `link-375-${locale.slice(0, 2)}`);
    await shoot(guest, `link-${locale.slice(0, 2)}`);
    const lang = await guest.evaluate(() => document.documentElement.lang);
    if (!locale.startsWith(lang.slice(0, 2))) faults.push(`the page says that it is in ${lang}`);
    // The switch changes the language, and it stays.
    await guest.locator('.top-bar').getByRole('button', { name: words.more }).click();
    await guest.getByRole('menuitem', { name: words.other }).click();
    await guest.reload();
    await guest.getByText(words.otherVisitor).waitFor();
    await guest.context().close();
  }
  if (faults.length) throw new Error([...new Set(faults)].join('\n'));
});

/** closeDialog closes the dialog that is open, whatever the language. */
async function closeDialog(page) {
  await page.locator('.dialog-head .icon-button').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** judge notes what is wrong with how a page looks. */
async function judge(page, where) {
  // Two frames: what was just changed shows.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const serious = (await axe.run(document, { resultTypes: ['violations'] })).violations.filter((v) => ['serious', 'critical'].includes(v.impact));
    const out = serious.flatMap((v) => v.nodes.map((n) => `axe: ${v.id} at ${n.target.join(' ')}: ${n.any.concat(n.all, n.none).map((c) => c.message).join('; ')}`));
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth + 1) out.push(`it scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}`);
    const above = document.querySelector('dialog[open]') ?? document.querySelector('.viewer') ?? document.body;
    for (const x of above.querySelectorAll('a, button, input, select, textarea, summary, h1, h2')) {
      if (!x.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || x.closest('[aria-hidden="true"], .unseen, .yarl__root, .brand')) continue;
      const b = x.getBoundingClientRect();
      const what = `${x.tagName.toLowerCase()}.${x.className} "${(x.ariaLabel ?? x.textContent).slice(0, 30)}"`;
      if (b.width === 0) continue;
      if (b.left < -1 || b.right > innerWidth + 1) out.push(`cut off: ${what} ${Math.round(b.left)} to ${Math.round(b.right)}`);
      if (x.scrollWidth > x.clientWidth + 2 && x.matches('button, a.button')) out.push(`its text is cut off: ${what}`);
      if (innerWidth < 500 && x.matches('button, a, select, summary, input:not([type=checkbox])') && !x.closest('.card, .news-head') && b.height < 39.5) out.push(`small for a finger: ${what} is ${Math.round(b.height)} high`);
    }
    return out;
  });
  faults.push(...found.map((f) => `${where}: ${f}`));
}
