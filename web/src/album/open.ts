// The library follows what the page shows; React, and what is drawn with it, are
// fetched meanwhile (tools/preload.ts), but run after the first pictures are seen.

import { createClient } from '../client';
import { begin } from './first/begin';
import { fetchAfterEarly } from './first/early';

const client = createClient({ fetch: fetchAfterEarly });
const begun = begin(client);
// The script is async, so that it need not wait for styles: it may be ahead of the HTML.
const parsed = new Promise<void>((done) => {
  if (document.readyState !== 'loading') done();
  else addEventListener('DOMContentLoaded', () => done());
});
void Promise.all([begun, parsed])
  .then(() => import('./draw'))
  .then(({ draw }) => draw(client));
