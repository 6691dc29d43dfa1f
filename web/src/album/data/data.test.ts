import { expect, test } from 'vitest';
import { ApiError } from '../../client';
import { en } from '../i18n/en';
import { makeFormat } from '../i18n/format';
import { zh } from '../i18n/zh';
import { batches } from './batches';
import { errorText } from './errors';
import { parseRoute } from './path';

const format = makeFormat('en');

test('every code of docs/ERRORS.md that people meet has words, in both languages', async () => {
  const { readFileSync } = await import('node:fs');
  const table = readFileSync('../docs/ERRORS.md', 'utf8');
  const codes = [...table.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((m) => m[1]!);
  // These say that the client is wrong, not the person: they get the general words.
  const ofPrograms = /^(GRAPHQL_|PERSISTED_|DOCUMENT_|RESYNC$)/;
  expect(codes.length).toBeGreaterThan(25);
  for (const code of codes.filter((c) => !ofPrograms.test(c))) {
    for (const t of [en, zh]) expect(errorText(t, format, new ApiError(code)), code).not.toBe(t.errors.UNKNOWN);
  }
});

test('what is not known still has words; a wait and a number are told', () => {
  expect(errorText(en, format, new Error('boom'))).toBe(en.errors.UNKNOWN);
  expect(errorText(en, format, new ApiError('SOMETHING_NEW'))).toBe(en.errors.UNKNOWN);
  expect(errorText(en, format, new ApiError('TIMEOUT'))).toBe(en.errors.UNAVAILABLE);
  expect(errorText(en, format, new ApiError('RATE_LIMITED', { retryAfter: 30 }))).toBe(
    'Wait 30 seconds, then try again.',
  );
  expect(errorText(en, format, new ApiError('INTERNAL', { id: 'abc' }))).toContain('abc');
});

test('addresses', () => {
  expect(parseRoute('/')).toEqual({ page: 'feed' });
  expect(parseRoute('/a/alb_1')).toEqual({ page: 'album', id: 'alb_1' });
  expect(parseRoute('/s/x%2Dy/')).toEqual({ page: 'share', token: 'x-y' });
  expect(parseRoute('/a/')).toEqual({ page: 'nowhere' });
  expect(parseRoute('/s/%E0%A4%A')).toEqual({ page: 'nowhere' });
  expect(parseRoute('/a/b/c')).toEqual({ page: 'nowhere' });
});

test('batches', () => {
  expect(batches([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(batches([])).toEqual([]);
});
