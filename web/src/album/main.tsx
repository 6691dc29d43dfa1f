// Where the album page begins.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createClient } from '../client';
import { App } from './app';
import './styles/base.css';
import './styles/controls.css';
import './styles/above.css';
import './styles/page.css';
import './styles/feed.css';
import './styles/grid.css';
import './styles/viewer.css';
import './styles/talk.css';
import './styles/panels.css';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App client={createClient()} />
  </StrictMode>,
);
