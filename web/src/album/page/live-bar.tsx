// Says that the page is cut off from the service, and that it is well again.

import { useEffect, useRef, useState } from 'react';
import type { LiveState, Observable } from '../../client';
import { useWatched } from '../data/client';
import { useSpeech } from '../i18n/context';

/** patience is how long a break may last before it is spoken of, in milliseconds. */
const patience = 2_000;
const gladFor = 3_000;

export function LiveBar({ live }: { live: Observable<LiveState> }) {
  const { t } = useSpeech();
  const state = useWatched(live);
  const [shown, setShown] = useState<'offline' | 'trying' | 'online' | null>(null);
  const broken = useRef(false);
  useEffect(() => {
    if (state === 'offline' || state === 'trying') {
      const timer = setTimeout(
        () => {
          broken.current = true;
          setShown(state);
        },
        broken.current || state === 'offline' ? 0 : patience,
      );
      return () => clearTimeout(timer);
    }
    if (!broken.current) return;
    broken.current = false;
    setShown('online');
    const timer = setTimeout(() => setShown(null), gladFor);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <div className="live-bar" role="status" data-live={state}>
      {shown && <p className={shown}>{t[shown]}</p>}
    </div>
  );
}
