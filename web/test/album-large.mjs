// An album of 2,000 photos scrolls: no long halts, no more tiles than are near the
// screen, and no memory that grows with the way.
import { play, server, shoot } from './browser.mjs';
import { control, fill, following, makeAlbum, shows, signUp, token } from './people.mjs';

const count = Number(process.env.COUNT);
const mostTiles = 400;

await play(async (open) => {
  const page = await open();
  await signUp(page, 'mei');
  const id = await makeAlbum(page, 'A long summer');
  const began = performance.now();
  const models = await fill(id, 12, await token(page));
  await page.goto('about:blank');
  await control(`fill?${new URLSearchParams([['count', count], ...models.map((m) => ['model', m])])}`);
  const filledIn = performance.now() - began;

  await page.addInitScript(() => {
    window.halts = [];
    new PerformanceObserver((list) => list.getEntries().forEach((e) => window.halts.push(e.duration))).observe({ type: 'longtask', buffered: true });
  });
  await page.goto(`${server}/a/${id}`);
  await page.locator('.tile img.loaded').first().waitFor();
  await following(page);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.enable');
  const heap = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  };
  const [before, halted] = [await heap(), await page.evaluate(() => window.halts.length)];

  // Down to the end, a screen at a time, as fast as pages are drawn.
  const seen = await page.evaluate(async (count) => {
    let most = 0;
    // Two frames; a browser that draws none for a second, as a starved one may, does not hold the way up.
    const drawn = () => Promise.race([
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      new Promise((done) => setTimeout(done, 1_000)),
    ]);
    const end = performance.now() + 60_000;
    const began = performance.now();
    for (;;) {
      scrollBy({ top: innerHeight, behavior: 'instant' });
      await drawn();
      most = Math.max(most, document.querySelectorAll('.tile').length);
      const all = Number(document.querySelector('.grid').dataset.count) === count;
      if (all && scrollY + innerHeight >= document.documentElement.scrollHeight - 2) break;
      if (performance.now() > end) throw new Error('the end was not reached');
    }
    return { most, ms: performance.now() - began };
  }, count);
  await shows(page, count);
  await page.locator('.tile[aria-posinset="' + count + '"] img.loaded').waitFor();
  await shoot(page, 'large-end');
  const atEnd = await heap();
  // Up and down once more: what was needed once is not needed again.
  await page.evaluate(async () => {
    const drawn = () => Promise.race([
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      new Promise((done) => setTimeout(done, 1_000)),
    ]);
    for (const way of [-1, 1]) {
      for (let at = 0; at < document.documentElement.scrollHeight; at += 4 * innerHeight) {
        scrollBy({ top: 4 * way * innerHeight, behavior: 'instant' });
        await drawn();
      }
    }
  });
  const again = await heap();
  const halts = (await page.evaluate(() => window.halts)).slice(halted);
  const long = halts.filter((ms) => ms > 200).length;
  const figures = {
    photos: count, tilesInPage: seen.most, scrollMs: Math.round(seen.ms), longTasksOver200Ms: long,
    longestTaskMs: Math.round(Math.max(0, ...halts)), heapMiB: Math.round(atEnd / 1048576), filledMs: Math.round(filledIn),
  };
  if (seen.most > mostTiles) throw new Error(`${seen.most} tiles are in the page`);
  if (again > atEnd * 1.25 + (2 << 20)) throw new Error(`the heap grows: ${before}, ${atEnd}, then ${again} bytes`);
  if (atEnd > 200 << 20) throw new Error(`the heap holds ${atEnd} bytes`);
  if (long > 2) throw new Error(`halts of ${halts.filter((ms) => ms > 200).map(Math.round)} ms`);

  // A photo in the middle opens, and closing it leads back to the place.
  await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight / 2, behavior: 'instant' }));
  const seenTile = await page.waitForFunction(() => [...document.querySelectorAll('.tile')].find((tile) => {
    const { top, bottom } = tile.getBoundingClientRect();
    return top > 100 && bottom < innerHeight && tile.querySelector('img.loaded');
  })?.dataset.id);
  const at = await page.evaluate(() => scrollY);
  const shown = page.locator(`.tile[data-id="${await seenTile.jsonValue()}"]`); // one that need not be scrolled to
  await shown.getByRole('link').click();
  await page.locator('.viewer').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.goBack();
  await page.locator('.viewer').waitFor({ state: 'detached' });
  const back = await page.evaluate(() => scrollY);
  if (Math.abs(back - at) > 1200) throw new Error(`the place is lost: ${at}, then ${back}`);
  return figures;
});
