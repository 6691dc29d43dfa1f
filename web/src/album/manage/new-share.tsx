// Makes a link: what it allows, until when, and its password.

import { useState, type FormEvent } from 'react';
import { ApiError, type AlbumRole, type Id } from '../../client';
import { CreateShareDocument } from '../../gql/graphql';
import { useAlbum } from '../data/album';
import { errorText } from '../data/errors';
import { useSpeech } from '../i18n/context';
import { Check, Choice, Field } from '../ui/field';
import { rolesBelow } from './members';

type Lasts = 'never' | 'hour' | 'day' | 'week' | 'month';
type May = AlbumRole | 'look';

const hours: Readonly<Record<Exclude<Lasts, 'never'>, number>> = { hour: 1, day: 24, week: 7 * 24, month: 30 * 24 };

/** endOf gives when a link ends that is made now; null for never. */
export function endOf(lasts: Lasts, now: number): string | null {
  return lasts === 'never' ? null : new Date(now + hours[lasts] * 3_600_000).toISOString();
}

export function NewShare({ onMade }: { onMade(id: Id): void }) {
  const { t, format } = useSpeech();
  const { album, api } = useAlbum();
  const [may, setMay] = useState<May>('look');
  const [lasts, setLasts] = useState<Lasts>('week');
  const [download, setDownload] = useState(true);
  const [hide, setHide] = useState(true);
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const roles = rolesBelow(album.viewerRole);

  async function make(e: FormEvent) {
    e.preventDefault();
    setBusy(true);
    setError(null);
    const joinRole = may === 'look' ? null : may;
    try {
      const made = await api.ask(CreateShareDocument, {
        input: {
          albumId: album.id,
          joinRole,
          password: password || null,
          expiresAt: endOf(lasts, Date.now()),
          downloadAllowed: download,
          hideLocation: hide,
        },
      });
      setPassword('');
      onMade(made.createShare.share.id);
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  }

  const text = error ? errorText(t, format, error) : undefined;
  const atPassword = error instanceof ApiError && error.field === 'password';
  return (
    <form className="form new-share" onSubmit={make}>
      <div className="two">
        <Choice<May>
          label={t.shares.what}
          value={may}
          onPick={setMay}
          options={[['look', t.shares.look], ...roles.map((r) => [r, t.shares.joinAs(t.role[r])] as const)]}
        />
        <Choice<Lasts>
          label={t.shares.expires}
          value={lasts}
          onPick={setLasts}
          options={[
            ['never', t.shares.never],
            ['hour', t.shares.hour],
            ['day', t.shares.day],
            ['week', t.shares.week],
            ['month', t.shares.month],
          ]}
        />
      </div>
      {may !== 'look' && <p className="hint">{t.roleText[may]}</p>}
      <Field
        label={t.shares.password}
        type="text"
        value={password}
        onChange={(e) => setPassword(e.target.value)}
        minLength={4}
        maxLength={128}
        autoComplete="off"
        hint={t.shares.passwordHint}
        error={atPassword ? text : undefined}
      />
      <Check checked={download} onCheck={setDownload}>
        {t.shares.download}
      </Check>
      <Check checked={hide} onCheck={setHide}>
        {t.shares.hidePlaces}
      </Check>
      {text && !atPassword && (
        <p className="bad" role="alert">
          {text}
        </p>
      )}
      <button type="submit" className="button main full" disabled={busy}>
        <span>{t.shares.make}</span>
      </button>
    </form>
  );
}
