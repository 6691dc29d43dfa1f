// Tells visitors of a link where they are, and lets them join where the link allows it.

import { useState } from 'react';
import type { Visit } from '../../client';
import { useTell } from '../data/album';
import { useClient, useSession } from '../data/client';
import { go } from '../data/route';
import { useSpeech } from '../i18n/context';
import { useSign } from '../sign/context';
import { useVoice } from '../ui/notices';

/** Invitation is what joining takes. */
export interface Invitation {
  token: string;
  password: string | undefined;
}

export function JoinBar({ visit, join }: { visit: Visit; join: Invitation | undefined }) {
  const { t } = useSpeech();
  const client = useClient();
  const session = useSession();
  const sign = useSign();
  const voice = useVoice();
  const tell = useTell();
  const [busy, setBusy] = useState(false);
  async function enter() {
    setBusy(true);
    try {
      const { albumId } = await client.join(join!.token, join!.password);
      voice.show({ text: t.album.joined });
      go(`/a/${albumId}`, true);
    } catch (error) {
      tell(error);
      setBusy(false);
    }
  }
  const role = visit.share.joinRole as keyof typeof t.role | null;
  return (
    <div className="join-bar">
      <p>{t.album.visitor}</p>
      {join && role && (
        <button
          type="button"
          className="button main"
          disabled={busy}
          onClick={() => (session.phase === 'in' ? void enter() : sign.ask('up', () => void enter()))}
        >
          <span>{t.album.joinAs(t.role[role])}</span>
        </button>
      )}
    </div>
  );
}
