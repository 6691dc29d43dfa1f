import { expect, test } from 'vitest';
import type { FeedRow, Upload } from '../../client';
import { groupRows } from '../feed/group';
import { endOf } from '../manage/new-share';
import { rolesBelow } from '../manage/members';
import { refusal, typeOf } from '../upload/files';
import { summarise } from '../upload/summary';
import { keepOrder } from '../viewer/order';
import { through } from './selection';

test('the viewer keeps its order: new ones wait, older ones join, removed ones go', () => {
  const list = (...ids: string[]) => ids.map((id) => ({ id }));
  expect(keepOrder([], list('c', 'b', 'a'))).toEqual(['c', 'b', 'a']);
  expect(keepOrder(['c', 'b', 'a'], list('d', 'c', 'a', 'z'))).toEqual(['c', 'a', 'z']);
  expect(keepOrder(['c'], list('d'))).toEqual(['d']);
});

test('a range is selected in either direction', () => {
  expect(through(['a', 'b', 'c', 'd'], 'b', 'd')).toEqual(['b', 'c', 'd']);
  expect(through(['a', 'b', 'c', 'd'], 'd', 'b')).toEqual(['b', 'c', 'd']);
  expect(through(['a'], 'gone', 'a')).toEqual(['a']);
});

test('files: types by ending, and what need not be sent', () => {
  const limits = { contentTypes: ['image/jpeg', 'video/mp4'], maxPhotoBytes: 10, maxVideoBytes: 100 };
  expect(typeOf({ name: 'IMG.HEIC', type: '' })).toBe('image/heic');
  expect(typeOf({ name: 'a.mov', type: '' })).toBe('video/quicktime');
  expect(typeOf({ name: 'a', type: 'image/png' })).toBe('image/png');
  expect(refusal({ type: 'image/jpeg', size: 10 }, limits)).toBeNull();
  expect(refusal({ type: 'image/jpeg', size: 11 }, limits)).toBe('MEDIA_TOO_LARGE');
  expect(refusal({ type: 'video/mp4', size: 11 }, limits)).toBeNull();
  expect(refusal({ type: 'text/plain', size: 1 }, limits)).toBe('MEDIA_UNSUPPORTED');
  expect(refusal({ type: 'image/jpeg', size: 0 }, limits)).toBe('MEDIA_CORRUPT');
});

test('the sum of uploads', () => {
  const upload = (phase: Upload['phase'], bytes: number, sent: number) => ({ phase, bytes, sent }) as Upload;
  const sum = summarise([
    upload('done', 10, 10),
    upload('duplicate', 10, 0),
    upload('failed', 20, 5),
    upload('sending', 40, 20),
    upload('paused', 20, 0),
  ]);
  expect(sum).toEqual({ all: 5, added: 2, failed: 1, paused: 1, working: 1, share: 0.6 });
  expect(summarise([]).share).toBe(1);
});

test('roles and ends of links', () => {
  expect(rolesBelow('EDITOR')).toEqual(['CONTRIBUTOR', 'VIEWER']);
  expect(rolesBelow(null)).toEqual([]);
  expect(endOf('never', 0)).toBeNull();
  expect(endOf('day', 0)).toBe('1970-01-02T00:00:00.000Z');
});

test('the feed joins what one person added at once', () => {
  const media = (id: string, owner: string, at: string, album = 'x') =>
    ({
      cursor: id,
      at,
      node: { __typename: 'Media', id, media: { owner: { id: owner } }, album: { id: album } },
    }) as FeedRow;
  const groups = groupRows([
    media('e', 'mei', '2026-01-01T12:00:00Z'),
    media('d', 'mei', '2026-01-01T11:59:00Z'),
    media('c', 'jun', '2026-01-01T11:58:00Z'),
    media('b', 'jun', '2026-01-01T10:00:00Z'),
    media('a', 'jun', '2026-01-01T10:00:00Z', 'y'),
  ]);
  expect(groups.map((g) => g.key)).toEqual(['d', 'c', 'b', 'a']);
});
