// The viewer by fingers on a phone, and by keys alone on a desk.
import { play, server, shoot, waitLimit } from './browser.mjs';
import { addFiles, makeAlbum, photos, shows, signUp, tiles, video } from './people.mjs';

const phone = { viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

await play(async (open) => {
  const page = await open(phone);
  await signUp(page, 'mei', 'Mei');
  const id = await makeAlbum(page, 'In my hand');
  for (const file of [photos[7], video, photos[8], photos[3]]) await addFiles(page, [file]);
  const ids = await tiles(page).evaluateAll((all) => all.map((tile) => tile.dataset.id));
  await page.getByRole('button', { name: 'Clear finished' }).tap();
  const fingers = await touch(page);

  // A finger that rests on a photo selects it, one that taps opens it.
  await fingers.down([[80, 260]]);
  await page.locator('.tile[data-selected]').waitFor();
  await fingers.up();
  await page.getByText('1 selected').waitFor();
  await page.getByRole('button', { name: 'Select nothing' }).tap();
  await tiles(page).nth(0).getByRole('link').tap();
  await at(page, ids[0]);
  await page.locator('.yarl__slide_current img').waitFor();

  // Two fingers make it larger; then one moves it about, and does not leave it.
  const width = () => page.locator('.yarl__slide_current img').evaluate((img) => img.getBoundingClientRect().width);
  const before = await width();
  await fingers.drag([[[170, 330], [90, 330]], [[205, 330], [285, 330]]]);
  await until(async () => (await width()) > 1.5 * before, 'two fingers do not make a photo larger');
  await shoot(page, 'zoomed');
  const left = () => page.locator('.yarl__slide_current img').evaluate((img) => img.getBoundingClientRect().left);
  const from = await left();
  await fingers.drag([[[250, 330], [190, 330]]]);
  await until(async () => (await left()) < from - 20, 'one finger does not move a large photo');
  await at(page, ids[0]);
  await fingers.drag([[[60, 330], [175, 330]], [[315, 330], [200, 330]]]);
  await until(async () => Math.abs((await width()) - before) < 2, 'two fingers do not make a photo small again');

  // One finger goes to the next and back, over a video, too.
  for (const to of [ids[1], ids[2], ids[3]]) {
    await fingers.drag([[[300, 300], [60, 305]]]);
    await at(page, to);
  }
  await fingers.drag([[[60, 300], [300, 305]]]);
  await at(page, ids[2]);
  const film = page.locator('.yarl__slide_current video');
  await film.evaluate((v) => ((v.muted = true), v.play()));
  await until(() => film.evaluate((v) => v.currentTime > 0.2), 'a video does not play');
  await fingers.drag([[[60, 300], [300, 305]]]);
  await at(page, ids[1]);
  await until(() => page.locator('.viewer video').evaluateAll((all) => all.every((v) => v.paused)), 'a video plays on when it is left');

  // Pulled down, the viewer closes.
  await fingers.drag([[[180, 250], [185, 560]]]);
  await page.locator('.viewer').waitFor({ state: 'detached' });

  // On a desk, with keys alone.
  const session = await page.evaluate(() => localStorage.getItem('keepsake.session'));
  const desk = await open();
  await desk.addInitScript((s) => localStorage.setItem('keepsake.session', s), session);
  await desk.goto(`${server}/a/${id}`);
  await shows(desk, 4);
  await tiles(desk).nth(1).getByRole('link').focus();
  await desk.keyboard.press('Enter');
  await at(desk, ids[1]);
  await desk.locator('.viewer .talk').waitFor();
  for (const [key, to] of [['ArrowRight', 2], ['ArrowRight', 3], ['ArrowRight', 3], ['ArrowLeft', 2], ['ArrowLeft', 1], ['ArrowLeft', 0], ['ArrowLeft', 0]]) {
    await desk.keyboard.press(key);
    await at(desk, ids[to]);
  }
  for (let n = 0; n < 25; n++) {
    await desk.keyboard.press('Tab');
    const where = await desk.evaluate(() => (document.activeElement.closest('.viewer') || document.activeElement === document.body ? '' : document.activeElement.outerHTML));
    if (where) throw new Error(`the tabulator leaves the viewer for ${where}`);
  }
  // In the field for a comment the arrows move in the text, and Escape leaves the field first.
  const write = desk.locator('.viewer').getByLabel('Write a comment');
  await write.fill('Hm');
  await write.press('ArrowLeft');
  await at(desk, ids[0]);
  await desk.keyboard.press('Escape');
  await at(desk, ids[0]);
  await desk.keyboard.press('ArrowRight');
  await at(desk, ids[1]);
  await desk.keyboard.press('Escape');
  await desk.locator('.viewer').waitFor({ state: 'detached' });
  await until(() => desk.evaluate((id) => document.activeElement.closest('.tile')?.dataset.id === id, ids[1]), 'the focus is not on what was looked at');
});

/** at waits until a medium is the one that is shown, and stands still. */
async function at(page, id) {
  await page.waitForURL((url) => url.hash === `#${id}`, { timeout: waitLimit });
  await until(
    () =>
      page.evaluate(() => {
        const box = document.querySelector('.yarl__slide_current')?.getBoundingClientRect();
        return box && Math.abs(box.left) < 1 && !document.getAnimations().some((a) => a.playState === 'running');
      }),
    `${id} does not come to rest`,
  );
}

async function until(is, otherwise) {
  const end = performance.now() + waitLimit;
  while (!(await is())) {
    if (performance.now() > end) throw new Error(otherwise);
    await new Promise((done) => setTimeout(done, 30));
  }
}

/** touch gives fingers that touch a page as the screen of a phone tells of them. */
async function touch(page) {
  const screen = await page.context().newCDPSession(page);
  const send = (type, points) => screen.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  return {
    down: (points) => send('touchStart', points),
    up: () => send('touchEnd', []),
    /** drag moves fingers, each from one place to another, in steps as they are seen. */
    async drag(paths) {
      const steps = 8;
      await send('touchStart', paths.map(([from]) => from));
      for (let n = 1; n <= steps; n++) {
        await send('touchMove', paths.map(([[x, y], [toX, toY]]) => [x + ((toX - x) * n) / steps, y + ((toY - y) * n) / steps]));
        await page.evaluate(() => new Promise(requestAnimationFrame));
      }
      await send('touchEnd', []);
    },
  };
}
