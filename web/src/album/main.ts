// Where the album page begins: what it shows is asked for at once, before the rest of
// its script is there.

import { askEarly } from './first/early';
import './styles/base.css';
import './styles/controls.css';
import './styles/above.css';
import './styles/page.css';
import './styles/feed.css';
import './styles/grid.css';
import './styles/viewer.css';
import './styles/talk.css';
import './styles/panels.css';

askEarly();
void import('./open');
