// The start page: what is new in one's albums, live, and the albums themselves.

import { useState } from 'react';
import { useSession } from '../data/client';
import { useSpeech } from '../i18n/context';
import { Loading } from '../page/loading';
import { TopBar } from '../page/top-bar';
import { useSign } from '../sign/context';
import { Feed } from './feed';

export default function FeedPage() {
  const session = useSession();
  // An ended session keeps the page as it was until somebody signs in again.
  const [who, setWho] = useState<string | null>(null);
  const now = session.phase === 'in' ? session.user.id : session.phase === 'out' && !session.expired ? null : who;
  if (now !== who) setWho(now);
  // Signed in again, even as the same person: what had ended begins anew.
  const [turn, setTurn] = useState(0);
  const [phase, setPhase] = useState(session.phase);
  if (phase !== session.phase) {
    setPhase(session.phase);
    if (phase === 'out') setTurn(turn + 1);
  }
  if (session.phase === 'loading') return <Loading />;
  return who ? <Feed key={`${who} ${turn}`} /> : <Welcome />;
}

function Welcome() {
  const { t } = useSpeech();
  const sign = useSign();
  return (
    <>
      <TopBar />
      <main className="welcome">
        <div className="welcome-art" aria-hidden="true">
          <i />
          <i />
          <i />
          <i />
          <i />
        </div>
        <h1>{t.feed.welcome}</h1>
        <p>{t.feed.welcomeText}</p>
        <div className="welcome-feet">
          <button type="button" className="button main" onClick={() => sign.ask('up')}>
            <span>{t.sign.up}</span>
          </button>
          <button type="button" className="button quiet" onClick={() => sign.ask('in')}>
            <span>{t.sign.in}</span>
          </button>
        </div>
      </main>
    </>
  );
}
