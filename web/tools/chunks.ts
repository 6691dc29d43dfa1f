/**
 * The files that the pages' scripts come in. The album page's are in the order in
 * which it needs them: what asks for an album, what draws its still (both of
 * src/album/first), React, and what React draws at once. Left to itself the bundler
 * makes a dozen, of which the browser fetches six at a time.
 */
const early = ['src/client/(documents|document|kept|request|errors).ts', 'src/client/album/read.ts', 'src/album/first/early.ts', 'src/album/data/path.ts'];
const first = [
  'src/album/open.ts',
  'src/client/',
  'src/album/first/',
  'src/album/grid/(layout|rows|chunks|sources).ts',
  'src/album/i18n/(count|en|format|language|zh).ts',
  'src/album/page/facts.ts',
];
const page = ['src/album/(draw|app).tsx', 'src/album/(data|grid|i18n|page|ui|upload)/', 'src/album/sign/context.tsx'];
const helpers = ['vite/preload-helper', 'vite/modulepreload-polyfill', 'rolldown/runtime'];

const anyOf = (paths: string[]) => new RegExp(`(${paths.join('|')})`);

export const groups = [
  // The explorer has these too, and nothing else of the album page's.
  { name: 'start', test: anyOf(helpers), priority: 4 },
  { name: 'socket', test: anyOf(['node_modules/graphql-ws/']), priority: 4 },
  { name: 'documents', test: anyOf(['src/gql/']), priority: 4 },
  { name: 'react', test: anyOf(['node_modules/(react|react-dom|scheduler)/']), priority: 4 },
  { name: 'early', test: anyOf(early), priority: 3 },
  { name: 'first', test: anyOf(first), priority: 2 },
  { name: 'page', test: anyOf(page), priority: 1 },
];
