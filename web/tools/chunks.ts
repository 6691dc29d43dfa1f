/**
 * The files that the album page's script comes in: what asks for an album and draws
 * its still (src/album/first), React, and what React draws at once. Left to itself
 * the bundler makes a dozen, of which the browser fetches six at a time.
 */
const first = [
  'src/client/',
  'src/album/first/',
  'src/album/data/path.ts',
  'src/album/grid/(layout|rows|chunks|sources).ts',
  'src/album/i18n/(count|en|format|language|zh).ts',
  'src/album/page/facts.ts',
  'node_modules/graphql-ws/',
];
const page = ['src/album/(draw|app).tsx', 'src/album/(data|grid|i18n|page|ui|upload)/', 'src/album/sign/context.tsx'];
const helpers = ['vite/preload-helper', 'vite/modulepreload-polyfill', 'rolldown/runtime'];

const anyOf = (paths: string[]) => new RegExp(`(${paths.join('|')})`);

export const groups = [
  { name: 'start', test: anyOf(helpers), priority: 3 }, // both pages have it, and neither the other's scripts
  { name: 'first', test: anyOf(first), priority: 2 },
  { name: 'react', test: anyOf(['node_modules/(react|react-dom|scheduler)/']), priority: 1 },
  { name: 'documents', test: anyOf(['src/gql/']), priority: 1 },
  { name: 'page', test: anyOf(page) },
];
