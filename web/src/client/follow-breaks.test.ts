// What a page does when its socket is opened: with the first one, after a break, after a sleep.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connected, fakePage, filled, fresh } from './testing/fakes';
import { ModelServer } from './testing/model';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const minute = 60_000;

test('after a break the page is as a reload before it is called connected, and likes are read once more', async () => {
  const server = filled(120);
  const w = await connected(server);
  await w.page.more();
  const [first = '', second = ''] = server.mediaIds();
  w.state.set('trying');
  server.like(first, 'ann', true);
  server.like(second, 'me', true); // on another device
  server.trash(server.mediaIds()[5] ?? '');
  server.editMedia(first, 'new', null);
  await w.after(20_000);
  w.asked.splice(0);
  let up = false;
  const back = w.connect().then(() => (up = true));
  await w.after();
  expect(up).toBe(false); // an event is missing
  w.event();
  await back;
  expect(w.view().media).toEqual(fresh(server));
  expect(w.asked).toEqual(['LikesAgain', 'LikesAgain', 'LikesAgain']); // 50 at a time
  // Nobody told of this one: it was given before the stream began.
  server.like(first, 'ben', true);
  await w.after(4_000);
  expect(w.view().media).toEqual(fresh(server));
  expect(w.asked).toHaveLength(6);
  await w.after(4 * minute);
  expect(w.asked).toHaveLength(6);
});

test('it is not connected before what cannot be told from events was read', async () => {
  const server = new ModelServer('HAND');
  for (let i = 0; i < 3; i++) server.addMedia(null);
  const w = await connected(server);
  server.arrange(['med_0000'], null);
  let release = () => undefined as void;
  w.hold((name) => (name === 'AlbumPage' ? new Promise((next) => (release = next)) : undefined));
  let up = false;
  const back = w.connect().then(() => (up = true));
  await w.after();
  w.event();
  await w.after(5_000);
  expect(up).toBe(false);
  release();
  await back;
  expect(w.view().media).toEqual(fresh(server));
});

test('an empty album is caught up with, too', async () => {
  const server = new ModelServer('ADDED');
  const w = await connected(server);
  server.editAlbum('new');
  let up = false;
  const back = w.connect().then(() => (up = true));
  await w.after();
  expect(up).toBe(false);
  w.event();
  await back;
  expect(w.view().album?.title).toBe('new');
});

test('the first connection asks for nothing but likes, later', async () => {
  const w = fakePage(filled(2));
  await w.after();
  w.asked.splice(0);
  await w.connect();
  expect(w.asked).toEqual([]);
  await w.after(4_000);
  expect(w.asked).toEqual(['LikesAgain']);
});

test('a first connection that comes late is one after a break', async () => {
  const server = filled(2);
  const w = fakePage(server);
  await w.after(10_000);
  server.like(server.mediaIds()[0] ?? '', 'ann', true);
  await w.connect();
  expect(w.view().media).toEqual(fresh(server));
});

test('where the last entries are not for this viewer the page is read, and once is enough', async () => {
  const server = filled(1);
  const w = await connected(server);
  server.changeMember('MEMBER_JOINED'); // which is not told
  const back = w.connect();
  await w.after(1_000);
  await back;
  expect(w.asked).toEqual(['LikesAgain', 'AlbumPage']);
  expect(w.view().album).toEqual(server.album());
  await w.connect();
  expect(w.asked).toEqual(['LikesAgain', 'AlbumPage', 'LikesAgain']);
});

test('a page that ends while it catches up holds nothing up', async () => {
  const server = filled(1);
  const w = await connected(server);
  server.editAlbum('x');
  const back = w.connect();
  await w.after();
  w.page.stop();
  await back;
  expect(vi.getTimerCount()).toBe(0);
});

test('addresses are read again before they end, also of media that came later', async () => {
  const server = new ModelServer('ADDED');
  const w = await connected(server);
  server.addMedia(null);
  server.address(server.mediaIds()[0] ?? '', 60 * minute);
  w.event();
  server.address(server.mediaIds()[0] ?? '', 120 * minute);
  await w.after(49 * minute);
  expect(w.asked).not.toContain('MediaAgain');
  await w.after(6 * minute);
  expect(w.asked.filter((name) => name === 'MediaAgain')).toHaveLength(1);
  expect(w.view().media[0]?.variants[0]?.expiresAt).toBe(new Date(120 * minute).toISOString());
});

test('addresses that ended while a device slept are read with the connection', async () => {
  const server = filled(1);
  server.address(server.mediaIds()[0] ?? '', 60 * minute);
  const w = await connected(server);
  vi.setSystemTime(90 * minute); // timers stood still
  server.address(server.mediaIds()[0] ?? '', 150 * minute);
  await w.connect();
  await w.after();
  expect(w.view().media[0]?.variants[0]?.expiresAt).toBe(new Date(150 * minute).toISOString());
});
