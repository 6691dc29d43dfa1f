// All of the album page that is drawn.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Client } from '../client';
import { App } from './app';

export function draw(client: Client): void {
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <App client={client} />
    </StrictMode>,
  );
}
