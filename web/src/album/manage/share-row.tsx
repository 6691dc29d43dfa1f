// One link: what it allows, copying it, its QR code, closing it.

import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useNow } from '../data/now';
import { nameOf } from '../data/words';
import { useSpeech } from '../i18n/context';
import { Button } from '../ui/button';
import { useVoice } from '../ui/notices';
import type { Link } from './shares';

const QrCode = lazy(() => import('./qr-code'));

export function ShareRow({ link, fresh, onRevoke }: { link: Link; fresh: boolean; onRevoke(): void }) {
  const { t, format } = useSpeech();
  const voice = useVoice();
  const now = useNow();
  const [qr, setQr] = useState(fresh);
  const field = useRef<HTMLInputElement>(null);
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (fresh) void row.current?.scrollIntoView({ block: 'nearest' });
  }, [fresh]);
  const url = link.token ? `${location.origin}/s/${encodeURIComponent(link.token)}` : null;
  const ended = link.expiresAt != null && Date.parse(link.expiresAt) <= now;
  const says = [
    link.joinRole ? t.shares.joins(t.role[link.joinRole]) : t.shares.onlyLook,
    ...(link.hasPassword ? [t.shares.withPassword] : []),
    ...(ended ? [t.shares.ended] : link.expiresAt ? [t.shares.ends(format.dateTime(link.expiresAt))] : []),
    t.shares.by(nameOf(t, link.creator)),
  ];
  async function copy() {
    try {
      await navigator.clipboard.writeText(url!);
      voice.show({ text: t.copied });
    } catch {
      // Without https browsers have no clipboard: the text is selected for copying by hand.
      field.current?.select();
      voice.show({ text: t.copyFailed, bad: true });
    }
  }
  return (
    <li className="link" ref={row} data-fresh={fresh || undefined}>
      <p className="link-says">{says.join(' · ')}</p>
      {url && (
        <>
          <input
            ref={field}
            className="link-url"
            readOnly
            value={url}
            aria-label={t.shares.copy}
            onFocus={(e) => e.currentTarget.select()}
          />
          <div className="link-feet">
            <Button icon="link" kind={fresh ? 'main' : 'quiet'} onClick={() => void copy()}>
              {t.shares.copy}
            </Button>
            <Button aria-expanded={qr} onClick={() => setQr(!qr)}>
              {t.shares.qr}
            </Button>
            <Button kind="danger" onClick={onRevoke}>
              {t.shares.revoke}
            </Button>
          </div>
          {qr && (
            <Suspense>
              <QrCode text={url} label={t.shares.qrText} />
            </Suspense>
          )}
        </>
      )}
    </li>
  );
}
