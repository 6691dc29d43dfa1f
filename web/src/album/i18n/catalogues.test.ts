import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { en } from './en';
import { makeFormat } from './format';
import { pickLanguage } from './language';
import { zh } from './zh';

const root = join(import.meta.dirname, '..');

/** texts gives every text of a catalogue with its key; functions are called with numbers and names. */
function texts(catalogue: object, path = ''): [string, string][] {
  return Object.entries(catalogue).flatMap(([key, value]): [string, string][] => {
    const at = path ? `${path}.${key}` : key;
    if (typeof value === 'string') return [[at, value]];
    if (typeof value === 'function') return [[at, String((value as (...a: unknown[]) => string)('3', '5'))]];
    return texts(value as object, at);
  });
}

test('both catalogues say the same things, and nothing is empty', () => {
  const [a, b] = [texts(en), texts(zh)];
  expect(b.map(([key]) => key)).toEqual(a.map(([key]) => key));
  expect([...a, ...b].filter(([, text]) => text.trim() === '')).toEqual([]);
});

test('Chinese is Chinese: no text was left in English', () => {
  const same = new Map(texts(en));
  const left = texts(zh).filter(([key, text]) => text === same.get(key) && key !== 'name');
  expect(left).toEqual([]);
});

test('English counts one and many', () => {
  expect(en.likeCount(1)).toBe('1 like');
  expect(en.likeCount(2000)).toBe('2,000 likes');
});

test('components hold no text of their own', () => {
  const found: string[] = [];
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.tsx'))) {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(root, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
      ts.ScriptKind.TSX,
    );
    const visit = (node: ts.Node): void => {
      if (ts.isJsxText(node) && /\p{L}/u.test(node.text)) found.push(`${file}: ${node.text.trim()}`);
      if (
        ts.isJsxAttribute(node) &&
        /^(aria-label|title|alt|placeholder|label|hint)$/.test(node.name.getText()) &&
        node.initializer &&
        ts.isStringLiteral(node.initializer) &&
        /\p{L}/u.test(node.initializer.text)
      )
        found.push(`${file}: ${node.initializer.text}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  expect(found).toEqual([]);
});

test('the language is the chosen one, else the first of the browser that there is', () => {
  expect(pickLanguage(null, ['fr-FR', 'zh-TW', 'en'])).toBe('zh-CN');
  expect(pickLanguage('en', ['zh-CN'])).toBe('en');
  expect(pickLanguage(null, ['fr'])).toBe('en');
});

test('values are written as the language does', () => {
  const format = makeFormat('en');
  const now = Date.parse('2026-07-10T12:00:00Z');
  expect(format.ago('2026-07-10T11:55:00Z', now)).toBe('5 minutes ago');
  expect(format.ago('2026-07-09T11:00:00Z', now)).toBe('yesterday');
  expect(format.ago('2026-07-11T11:00:00Z', now)).toBe('now');
  expect(format.duration(65_000)).toBe('1:05');
  expect(format.duration(3_725_000)).toBe('1:02:05');
  expect(format.bytes(1_540_000)).toBe('1.5 MB');
  expect(makeFormat('zh-CN').ago('2026-07-10T11:55:00Z', now)).toBe('5分钟前');
});
