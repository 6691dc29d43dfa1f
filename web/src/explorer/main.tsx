import 'graphiql/setup-workers/vite';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './explorer.css';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { ACCOUNT } from './account.tsx';
import { fetcher } from './fetcher.ts';
import { STEPS } from './steps.tsx';
import { FollowSystem } from './theme.tsx';

const greeting = `# Ctrl-Enter runs what is here,
# Ctrl-Space completes it.
{
  capabilities {
    contentTypes
    maxPhotoBytes
    videos
  }
}
`;

createRoot(document.getElementById('root')!).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={[STEPS, ACCOUNT, HISTORY_PLUGIN]}
    defaultQuery={greeting}
    defaultEditorToolsVisibility="variables"
    shouldPersistHeaders={false}
    {...(localStorage.getItem('graphiql:visiblePlugin') === null && { visiblePlugin: STEPS })}
  >
    <GraphiQL.Logo>
      Keepsake
      <FollowSystem />
    </GraphiQL.Logo>
  </GraphiQL>,
);
