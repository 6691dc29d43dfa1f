import { expect, test } from 'vitest';
import { endsBefore } from './addresses';
import type { Medium } from './model';
import { ModelServer } from './testing/model';

test('every file of a medium has an address that ends', () => {
  const server = new ModelServer('ADDED');
  server.addMedia(null);
  server.address('med_0000', 1_000);
  const m: Medium = server.medium('med_0000');
  const [file = null] = m.variants;
  const none = { ...m, variants: [] };
  for (const one of [m, { ...none, playback: file }, { ...none, download: file }]) {
    expect([endsBefore(one, 1_000), endsBefore(one, 1_001)]).toEqual([false, true]);
  }
  expect(endsBefore(none, 1_001)).toBe(false);
});
