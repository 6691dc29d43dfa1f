// The bar at the top of every page: home, the language, who is signed in.

import type { ReactNode } from 'react';
import { useClient, useSession } from '../data/client';
import { useTell } from '../data/album';
import { followLink } from '../data/route';
import { useSpeech } from '../i18n/context';
import { catalogues, languages } from '../i18n/language';
import { useSign } from '../sign/context';
import { Avatar } from '../ui/avatar';
import { Menu } from '../ui/menu';

export function TopBar({ children }: { children?: ReactNode }) {
  const { t, language, speak } = useSpeech();
  const session = useSession();
  const client = useClient();
  const sign = useSign();
  const tell = useTell();
  const other = languages.find((l) => l !== language)!;
  const items = [
    { label: catalogues[other].languageName, run: () => speak(other) },
    ...(session.phase === 'in' ? [{ label: t.sign.out, run: () => void client.session.signOut().catch(tell) }] : []),
  ];
  return (
    <header className="top-bar">
      <a className="brand" href="/" onClick={followLink}>
        <Mark />
        <span>{t.name}</span>
      </a>
      <div className="top-middle">{children}</div>
      {session.phase === 'out' && (
        <button type="button" className="button quiet" onClick={() => sign.ask()}>
          <span>{t.sign.in}</span>
        </button>
      )}
      {session.phase === 'in' && (
        <span className="me" title={t.sign.signedIn(session.user.displayName)}>
          <Avatar person={session.user} size={30} />
        </span>
      )}
      <Menu label={t.more} items={items} />
    </header>
  );
}

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
      <rect x="2" y="6" width="14" height="14" rx="3" className="mark-back" />
      <rect x="8" y="3" width="14" height="14" rx="3" className="mark-front" />
    </svg>
  );
}
