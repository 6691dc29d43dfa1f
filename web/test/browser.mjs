// What the browser tests share: a real Chromium, pages that are held to what every
// page of Keepsake promises, and the words between a script and the Go test.
import { chromium } from 'playwright-core';

// server is where the pages are; shots is where screenshots go, if anywhere.
export const server = process.env.SERVER;
const shots = process.env.SHOTS;

// waitLimit bounds each wait, in milliseconds.
export const waitLimit = 30_000;

// tell says one thing to the Go test.
const tell = (what) => console.log(JSON.stringify(what));

// play runs a story in a browser and tells the Go test how it went, with the figures
// that the story returns. The story is given open, which opens a page in a person's
// own profile. What matches forgiven may stand on the console: browsers write there
// that a server does not answer.
export async function play(story, { forgiven } = {}) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
  const faults = [];
  const open = async (options) => {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(waitLimit);
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`));
    });
    context.on('page', (page) => hold(page, faults, forgiven));
    return context.newPage();
  };
  try {
    const figures = await Promise.race([story(open), hang(browser)]);
    if (faults.length) throw new Error(faults.join('\n'));
    tell({ passed: true, figures });
  } catch (e) {
    let n = 0;
    for (const page of browser.contexts().flatMap((c) => c.pages())) await shoot(page, `failed-${++n}`).catch(() => {});
    tell({ failed: [e.stack, ...faults].join('\n') });
  } finally {
    await browser.close();
  }
}

// hang fails a story that goes on for too long, with what its pages do: most waits have
// limits of their own, but not what is evaluated in a page.
async function hang(browser) {
  const limit = Number(process.env.STORY_LIMIT);
  await new Promise((done) => setTimeout(done, limit).unref());
  const pages = browser.contexts().flatMap((context) => context.pages());
  const states = await Promise.all(pages.map(async (page) => {
    const frame = page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done('draws'))));
    const script = page.evaluate(() => 'runs scripts and draws nothing');
    const soon = (ms, what) => new Promise((done) => setTimeout(done, ms, what));
    const state = Promise.race([frame, soon(2_000, null)]).then((said) => said ?? Promise.race([script, soon(2_000, 'hangs')]));
    return `${page.url()} ${await state.catch((e) => e.message)}`;
  }));
  throw new Error(`the story is not at its end after ${limit} ms: ${states.join(', ')}`);
}

// hold notes what a page must not do: ask another host, or have errors.
function hold(page, faults, forgiven) {
  const ours = [server, process.env.CONTROL].filter(Boolean).map((url) => new URL(url).host);
  const asked = (url) => {
    const { protocol, host } = new URL(url);
    if (!['data:', 'blob:', 'about:'].includes(protocol) && !ours.includes(host)) faults.push(`a request to another host: ${url}`);
  };
  page.on('request', (request) => asked(request.url()));
  page.on('websocket', (socket) => asked(socket.url()));
  page.on('console', (message) => {
    if (message.type() !== 'error' || forgiven?.test(message.text())) return;
    faults.push(`on the console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (e) => faults.push(`in the page: ${e.stack ?? e}`));
}

// shoot takes a screenshot where they are wanted.
export async function shoot(page, name) {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
}

// keep takes a picture that the Go test holds against the one of that name in testdata.
// Avatars are left out: their colours are by chance.
export async function keep(page, name) {
  if (!process.env.LOOKS) return;
  await page.waitForFunction(() => [...document.images].every((x) => x.loading === 'lazy' && x.getBoundingClientRect().top > innerHeight ? true : x.complete));
  await page.screenshot({ path: `${process.env.LOOKS}/${name}.png`, animations: 'disabled', mask: [page.locator('.avatar')], maskColor: '#888888' });
}

// picture writes a picture for the README where they are wanted: make screenshots.
// Of its height only so much is shown, in pixels.
export async function picture(page, name, height = 800) {
  const dir = process.env.PICTURES;
  if (dir) await page.screenshot({ path: `${dir}/${name}.jpg`, type: 'jpeg', quality: 72, clip: { x: 0, y: 0, width: 1280, height } });
}

// api runs a query or mutation over HTTP.
export async function api(query, variables, token) {
  const answer = await fetch(`${server}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(waitLimit),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
