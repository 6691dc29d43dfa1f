import { expect, test } from 'vitest';
import { dropped, stepped } from './places';

const all = ['a', 'b', 'c', 'd', 'e'];
const of = (...ids: string[]) => new Set(ids);

test('media are dropped before or behind another, all that are moved together in their order', () => {
  expect(dropped(all, of('d'), 'b', false)).toEqual({ ids: ['d'], afterId: 'a' });
  expect(dropped(all, of('d'), 'b', true)).toEqual({ ids: ['d'], afterId: 'b' });
  expect(dropped(all, of('d'), 'a', false)).toEqual({ ids: ['d'], afterId: null });
  expect(dropped(all, of('e', 'a'), 'c', true)).toEqual({ ids: ['a', 'e'], afterId: 'c' });
});

test('what is dropped where it is moves nothing', () => {
  expect(dropped(all, of('d'), 'd', false)).toBeNull();
  expect(dropped(all, of('d'), 'c', true)).toBeNull();
  expect(dropped(all, of('a', 'b'), 'c', false)).toBeNull();
});

test('media step by one place, and gather as they do', () => {
  expect(stepped(all, of('c'), false)).toEqual({ ids: ['c'], afterId: 'a' });
  expect(stepped(all, of('b', 'c'), false)).toEqual({ ids: ['b', 'c'], afterId: null });
  expect(stepped(all, of('c'), true)).toEqual({ ids: ['c'], afterId: 'd' });
  expect(stepped(all, of('b', 'd'), true)).toEqual({ ids: ['b', 'd'], afterId: 'e' });
  expect(stepped(all, of('a', 'c'), false)).toEqual({ ids: ['a', 'c'], afterId: null });
});

test('at an end there is no step', () => {
  expect(stepped(all, of('a', 'b'), false)).toBeNull();
  expect(stepped(all, of('e'), true)).toBeNull();
  expect(stepped(all, of(), true)).toBeNull();
});
