// What stands there when there is nothing to show.

import { useSession } from '../data/client';
import { followLink } from '../data/route';
import { useSpeech } from '../i18n/context';
import { useSign } from '../sign/context';
import { TopBar } from './top-bar';

export function Gone({
  what,
  text,
  onRetry,
}: {
  what: 'revoked' | 'notFound' | 'closed' | 'failed';
  text?: string | undefined;
  onRetry?: (() => void) | undefined;
}) {
  const { t } = useSpeech();
  const session = useSession();
  const sign = useSign();
  const words = {
    revoked: t.gone.revokedText,
    notFound: t.gone.notFoundText,
    closed: t.gone.closedText,
    failed: t.errors.UNKNOWN,
  }[what];
  return (
    <>
      <TopBar />
      <main className="blank" data-testid={`gone-${what}`}>
        <h1>{t.gone[what]}</h1>
        <p>{text ?? words}</p>
        <div className="blank-feet">
          {onRetry && (
            <button type="button" className="button main" onClick={onRetry}>
              {t.retry}
            </button>
          )}
          {session.phase === 'out' && what === 'notFound' && (
            <button type="button" className="button main" onClick={() => sign.ask()}>
              {t.sign.in}
            </button>
          )}
          <a className="button quiet" href="/" onClick={followLink}>
            {t.toStart}
          </a>
        </div>
      </main>
    </>
  );
}
