// Asking somebody to sign in: when they wish, when it is needed, and when the
// session ended by itself.

import { createContext, lazy, Suspense, useContext, useMemo, useState, type ReactNode } from 'react';
import { useSession } from '../data/client';

const SignDialog = lazy(() => import('./dialog'));

export type SignMode = 'in' | 'up';

interface Sign {
  /** ask opens the dialog; `then` runs once somebody is signed in. */
  ask(mode?: SignMode, then?: () => void): void;
}

const Context = createContext<Sign | null>(null);

export function Signs({ children }: { children: ReactNode }) {
  const session = useSession();
  const [asked, setAsked] = useState<{ mode: SignMode; then?: (() => void) | undefined } | null>(null);
  const [waived, setWaived] = useState(false);
  const sign = useMemo<Sign>(() => ({ ask: (mode = 'in', then) => setAsked({ mode, then }) }), []);
  const ended = session.phase === 'out' && session.expired;
  const shown = asked ?? (ended && !waived ? { mode: 'in' as const, then: undefined } : null);
  return (
    <Context value={sign}>
      {children}
      {shown && session.phase === 'out' && (
        <Suspense>
          <SignDialog
            mode={shown.mode}
            ended={ended}
            onDone={() => {
              setAsked(null);
              setWaived(false);
              shown.then?.();
            }}
            onClose={() => {
              setAsked(null);
              setWaived(true);
            }}
          />
        </Suspense>
      )}
    </Context>
  );
}

export function useSign(): Sign {
  const sign = useContext(Context);
  if (!sign) throw new Error('useSign outside of Signs');
  return sign;
}
