// Where the album page begins: what it shows is asked for first, by the library
// alone; React, and what is drawn with it, come meanwhile.

import { createClient } from '../client';
import { begin } from './first/begin';
import './styles/base.css';
import './styles/controls.css';
import './styles/above.css';
import './styles/page.css';
import './styles/feed.css';
import './styles/grid.css';
import './styles/viewer.css';
import './styles/talk.css';
import './styles/panels.css';

const client = createClient();
const begun = begin(client);
// The script is async, so that it need not wait for styles: it may be ahead of the HTML.
const parsed = new Promise<void>((done) => {
  if (document.readyState !== 'loading') done();
  else addEventListener('DOMContentLoaded', () => done());
});
void Promise.all([import('./draw'), begun, parsed]).then(([{ draw }]) => draw(client));
