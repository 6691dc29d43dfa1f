import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { beside } from './beside.ts';
import { dig, known, missing, remember, story, variablesOf } from './story.ts';

const schema = buildSchema(readFileSync(new URL('../../../graph/schema.golden.graphql', import.meta.url), 'utf8'));
const operations = story.filter((step) => step.document);

test.each(operations)('$name is an operation of the schema', (step) => {
  const document = parse(step.document!);
  expect(validate(schema, document)).toEqual([]);
  const [operation] = document.definitions as OperationDefinitionNode[];
  expect(operation?.name?.value).toBe(step.name);
  expect(step.about).not.toBe('');
  const declared = operation?.variableDefinitions?.map((each) => each.variable.name.value) ?? [];
  expect(Object.keys(variablesOf(step)).sort()).toEqual(declared.sort());
});

test('what is no operation, the page does', () => {
  expect(story.filter((step) => !step.document).map((step) => step.name)).toEqual(Object.keys(beside));
});

test('every file is a step', () => {
  expect(operations).toHaveLength(Object.keys(import.meta.glob('./operations/*.graphql')).length);
});

test('what a step needs, an earlier one gives', () => {
  const given = new Set(['bytes']); // of the picture that the page draws
  for (const step of story) {
    for (const variable of step.needs ?? []) expect(given, `${step.name} needs it`).toContain(variable);
    for (const variable of Object.keys(step.gives ?? {})) given.add(variable);
  }
});

test('answers give variables to later steps', () => {
  const comment = story.find((step) => step.name === 'Comment')!;
  expect(missing(comment)).toEqual(['mediaId']);
  remember('AskForTicket', { createUploads: { tickets: [{ media: { id: 'med_1' } }] } });
  expect(known['mediaId']).toBe('med_1');
  expect(missing(comment)).toEqual([]);
  expect(variablesOf(comment)).toEqual({ mediaId: 'med_1', text: 'I remember this evening!' });
  remember('AskForTicket', null); // refused: what was known stays
  expect(known['mediaId']).toBe('med_1');
  remember('Nothing', { createAlbum: { album: { id: 'x' } } });
  expect(known['albumId']).toBeUndefined();
});

test('dig gives nothing for what is not there', () => {
  expect(dig({ a: [{ b: 1 }] }, 'a.0.b')).toBe(1);
  expect(dig({ a: null }, 'a.0.b')).toBeUndefined();
});
