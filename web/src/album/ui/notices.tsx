// Short notices at the bottom, and a voice for screen readers.

import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { useSpeech } from '../i18n/context';
import { IconButton } from './button';
import { useTop } from './top';

export interface Notice {
  text: string;
  bad?: boolean;
  action?: { label: string; run(): void };
}

interface Voice {
  /** show puts a notice on the screen; screen readers speak it, too. */
  show(notice: Notice): void;
  /** say speaks to screen readers alone. */
  say(text: string): void;
}

interface Held extends Notice {
  id: number;
}

const Context = createContext<Voice | null>(null);
const shownFor = 6_000;
const shownAtOnce = 3;

export function Notices({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<readonly Held[]>([]);
  const [said, setSaid] = useState({ text: '', id: 0 });
  const next = useRef(0);
  const drop = useCallback((id: number) => setShown((all) => all.filter((n) => n.id !== id)), []);
  const voice = useMemo<Voice>(
    () => ({
      show(notice) {
        const id = ++next.current;
        setShown((all) => [...all.slice(1 - shownAtOnce), { ...notice, id }]);
        setTimeout(() => drop(id), shownFor);
      },
      say: (text) => setSaid({ text, id: ++next.current }),
    }),
    [drop],
  );
  return (
    <Context value={voice}>
      {children}
      <Shelf shown={shown} said={said} drop={drop} />
    </Context>
  );
}

function Shelf({
  shown,
  said,
  drop,
}: {
  shown: readonly Held[];
  said: { text: string; id: number };
  drop(id: number): void;
}) {
  const { t } = useSpeech();
  return createPortal(
    <>
      <div className="unseen" role="status" aria-live="polite" data-testid="live">
        <span key={said.id}>{said.text}</span>
      </div>
      <div className="notices" role="status" aria-live="polite">
        {shown.map((n) => (
          <div key={n.id} className={n.bad ? 'notice bad' : 'notice'}>
            <span>{n.text}</span>
            {n.action && (
              <button
                type="button"
                className="notice-action"
                onClick={() => {
                  n.action!.run();
                  drop(n.id);
                }}
              >
                {n.action.label}
              </button>
            )}
            <IconButton icon="close" label={t.close} onClick={() => drop(n.id)} />
          </div>
        ))}
      </div>
    </>,
    useTop(),
  );
}

export function useVoice(): Voice {
  const voice = useContext(Context);
  if (!voice) throw new Error('useVoice outside of Notices');
  return voice;
}
