// How soon an album of 200 photos is there, with nothing cached, next to a plain
// static page with the same pictures at the same places: medians of rounds in turn.
import { api, play, server } from './browser.mjs';
import { addFiles, control, fill, makeAlbum, photos, signUp, token } from './people.mjs';

const count = 200;
const rounds = Number(process.env.ROUNDS);

await play(async (open) => {
  const mei = await open();
  await signUp(mei, 'mei');
  const id = await makeAlbum(mei, 'Two hundred');
  await addFiles(mei, photos);
  const models = await fill(id, 6, await token(mei));
  await mei.goto('about:blank');
  await control(`fill?${new URLSearchParams([['count', count - photos.length], ...models.map((m) => ['model', m])])}`);
  await mei.goto(`${server}/a/${id}`);
  await mei.locator(`.tile[aria-setsize="${count}"]`).first().waitFor();
  await mei.locator('.tile img.loaded').nth(5).waitFor();
  const session = await mei.evaluate(() => localStorage.getItem('keepsake.session'));
  const page = await plain(mei, id);
  const sent = await fetch(`${process.env.CONTROL}/page`, { method: 'POST', body: page });
  if (!sent.ok) throw new Error(await sent.text());

  await stands(open, `${server}/a/${id}`, session);

  const took = { album: [], plain: [] };
  for (let round = 0; round < rounds; round++) {
    took.album.push(await time(open, `${server}/a/${id}`, session));
    took.plain.push(await time(open, `${process.env.CONTROL}/page`, null));
  }
  const figures = {};
  figures.shift = Math.max(...took.album.map((t) => t.shift));
  for (const what of ['first', 'largest', 'visible']) {
    for (const [name, all] of Object.entries(took)) {
      const sorted = all.map((t) => t[what]).sort((a, b) => a - b);
      figures[`${name} ${what} ms`] = Math.round(sorted[sorted.length >> 1]);
    }
    figures[`${what} ratio`] = Math.round((100 * figures[`album ${what} ms`]) / figures[`plain ${what} ms`]) / 100;
  }
  return figures;
});

/** stands holds the first screen to be there without React, each picture where React will have it. */
async function stands(open, url, session) {
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    const boxes = [];
    for (const react of [false, true]) {
      const page = await open({ viewport });
      await page.addInitScript((s) => localStorage.setItem('keepsake.session', s), session);
      if (!react) await page.route(/\/assets\/page-/, () => {}); // it never comes
      await page.goto(url);
      const tile = react ? '.tile' : '.still-tile';
      await page.waitForFunction((tile) => {
        const pictures = [...document.querySelectorAll(`${tile} img`)].slice(0, 6);
        return pictures.length === 6 && pictures.every((i) => i.complete && i.naturalWidth > 0);
      }, tile);
      boxes.push(await page.locator(tile).evaluateAll((all) => JSON.stringify(all.slice(0, 6).map((t) => t.getBoundingClientRect()))));
      await page.context().close();
    }
    if (boxes[0] !== boxes[1]) throw new Error(`at ${viewport.width} pixels the still has its pictures at ${boxes[0]}, React at ${boxes[1]}`);
  }
}

/** plain makes the static page of what an album shows: all its pictures, with the addresses that the browser chose or would. */
async function plain(page, id) {
  const token = await page.evaluate(() => JSON.parse(localStorage.getItem('keepsake.session')).accessToken);
  const edges = [];
  for (let after = null; edges.length < count; ) {
    const { album } = await api('query($id: ID!, $after: Cursor) { album(id: $id) { media(first: 100, after: $after) { pageInfo { endCursor } edges { node { id variants { url width } } } } } }', { id, after }, token);
    edges.push(...album.media.edges);
    after = album.media.pageInfo.endCursor;
  }
  // Where the grid has them; those further down are lazy in both.
  const boxes = await page.evaluate(() => [...document.querySelectorAll('.tile')].map((tile) => {
    const { left, top, width, height } = tile.getBoundingClientRect();
    return [tile.dataset.id, { left, top: top + scrollY, width, height }];
  }));
  const places = new Map(boxes);
  const images = edges.map(({ node }, i) => {
    const box = places.get(node.id) ?? { left: (i % 5) * 250, top: 3_000 + Math.floor(i / 5) * 170, width: 246, height: 166 };
    const set = node.variants.map((v) => `${v.url} ${v.width}w`).join(', ');
    return `<img src="${node.variants[0].url}" srcset="${set}" sizes="${Math.ceil(box.width)}px" loading="${i < 8 ? 'eager' : 'lazy'}" alt="" style="position:absolute;object-fit:cover;left:${box.left}px;top:${box.top}px;width:${box.width}px;height:${box.height}px">`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Two hundred</title><style>body{margin:0;font:15px system-ui}</style><h1>Two hundred</h1>${images.join('\n')}</html>`;
}

/** time gives when a page with nothing cached first shows something, its largest picture, and all pictures on the screen. */
async function time(open, url, session) {
  const page = await open();
  if (session) await page.addInitScript((s) => localStorage.setItem('keepsake.session', s), session);
  await page.addInitScript(() => {
    window.largest = window.shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((e) => (window.shift += e.value))).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => list.getEntries().forEach((e) => (window.largest = e.startTime))).observe({ type: 'largest-contentful-paint', buffered: true });
  });
  await page.goto(url);
  const times = await page.evaluate(async () => {
    const pictures = () => [...document.images].filter((i) => i.getBoundingClientRect().top < innerHeight);
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    while (pictures().length < 6 || !pictures().every((i) => i.complete && i.naturalWidth > 0)) await frame();
    await Promise.all(pictures().map((i) => i.decode()));
    const ends = performance.getEntriesByType('resource').filter((e) => pictures().some((i) => i.currentSrc === e.name)).map((e) => e.responseEnd);
    const visible = Math.max(...ends);
    await new Promise((done) => setTimeout(done, 300)); // the browser tells of paints late
    return { first: performance.getEntriesByName('first-contentful-paint')[0].startTime, largest: window.largest, shift: window.shift, visible };
  });
  await page.context().close();
  return times;
}
