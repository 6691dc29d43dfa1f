import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createApi, nobody } from '../../client/api';
import { firstOf } from '../../client/album/read';
import { systemClock } from '../../client/clock';
import { albumPage, mediaPage } from '../../client/documents';
import { askEarly, fetchAfterEarly } from './early';

const user = { id: 'usr_1', displayName: 'Mei', avatarUrl: null };
const sent = vi.fn<typeof fetch>();

/** keep has a session kept here whose token ends in so many milliseconds. */
const keep = (left: number) =>
  vi.stubGlobal('localStorage', {
    getItem: () => JSON.stringify({ accessToken: 'token', refreshToken: 'r', endsAt: Date.now() + left, user }),
  });

const apiOf = (token: string | null) =>
  createApi({
    url: 'http://x/graphql', fetch: fetchAfterEarly, identity: { ...nobody, token: async () => token },
    clock: systemClock, random: () => 0, newKey: null,
  });

beforeEach(() => {
  sent.mockReset().mockImplementation(async () => new Response('{"data":{"album":null}}'));
  vi.stubGlobal('fetch', sent);
  vi.stubGlobal('location', { pathname: '/a/alb_1' });
  keep(60_000);
});
afterEach(() => void vi.unstubAllGlobals());

test('the library gets the answer to what was asked early, once', async () => {
  askEarly();
  expect(sent).toHaveBeenCalledTimes(1);
  const api = apiOf('token');
  await api.ask(mediaPage, firstOf('alb_1')); // another request goes its own way
  expect(sent).toHaveBeenCalledTimes(2);
  await api.ask(albumPage, firstOf('alb_1'));
  expect(sent).toHaveBeenCalledTimes(2);
  await api.ask(albumPage, firstOf('alb_1'));
  expect(sent).toHaveBeenCalledTimes(3);
});

test('what was asked as somebody else, or long ago, is asked anew', async () => {
  askEarly();
  await apiOf(null).ask(albumPage, firstOf('alb_1'));
  expect(sent).toHaveBeenCalledTimes(2);
  const later = performance.now() + 2_001;
  vi.spyOn(performance, 'now').mockReturnValue(later);
  await apiOf('token').ask(albumPage, firstOf('alb_1'));
  expect(sent).toHaveBeenCalledTimes(3);
});

test('nothing is asked early with a token that has ended, or for another page', () => {
  keep(-1);
  askEarly();
  vi.stubGlobal('location', { pathname: '/' });
  keep(60_000);
  askEarly();
  expect(sent).not.toHaveBeenCalled();
});

test('who keeps nothing asks as nobody', () => {
  vi.stubGlobal('localStorage', undefined);
  askEarly();
  expect((sent.mock.calls[0]![1]!.headers as Record<string, string>).Authorization).toBeUndefined();
});
