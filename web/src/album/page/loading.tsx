// The page's shape, until its content is there.

import { useSpeech } from '../i18n/context';
import { TopBar } from './top-bar';

export function Loading() {
  const { t } = useSpeech();
  return (
    <>
      <TopBar />
      <main className="page" aria-busy="true">
        <p className="unseen">{t.loading}</p>
        <div className="ghost ghost-title" />
        <div className="ghost ghost-line" />
        <div className="ghost-grid">
          {Array.from({ length: 12 }, (_, i) => (
            <div key={i} className="ghost" />
          ))}
        </div>
      </main>
    </>
  );
}
