// Sign in, or make an account.

import { useState, type FormEvent } from 'react';
import { ApiError } from '../../client';
import { useClient } from '../data/client';
import { errorText } from '../data/errors';
import { useSpeech } from '../i18n/context';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { useVoice } from '../ui/notices';
import type { SignMode } from './context';

export default function SignDialog({
  mode: first,
  ended,
  onDone,
  onClose,
}: {
  mode: SignMode;
  ended: boolean;
  onDone(): void;
  onClose(): void;
}) {
  const { t, format } = useSpeech();
  const { session } = useClient();
  const voice = useVoice();
  const [mode, setMode] = useState(first);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const up = mode === 'up';
  const text = error ? errorText(t, format, error) : undefined;
  const field = error instanceof ApiError ? (error.code === 'NAME_TAKEN' ? 'name' : error.field) : undefined;

  async function submit(e: FormEvent<HTMLFormElement>) {
    e.preventDefault();
    const form = new FormData(e.currentTarget);
    const name = String(form.get('name')).trim();
    const password = String(form.get('password'));
    const displayName = String(form.get('displayName') ?? '').trim();
    setBusy(true);
    setError(null);
    try {
      const user = up
        ? await session.signUp({ name, password, ...(displayName && { displayName }) })
        : await session.signIn({ name, password });
      voice.say(t.sign.signedIn(user.displayName));
      onDone();
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  }

  return (
    <Dialog title={up ? t.sign.up : t.sign.in} onClose={onClose}>
      <form onSubmit={submit} className="form">
        {ended && <p className="hint">{t.sign.ended}</p>}
        <Field
          label={t.sign.name}
          name="name"
          required
          data-first
          autoCapitalize="none"
          autoComplete="username"
          spellCheck={false}
          maxLength={32}
          hint={up ? t.sign.nameHint : undefined}
          error={field === 'name' ? text : undefined}
        />
        {up && (
          <Field
            label={t.sign.displayName}
            name="displayName"
            autoComplete="nickname"
            maxLength={64}
            error={field === 'displayName' ? text : undefined}
          />
        )}
        <Field
          label={t.sign.password}
          name="password"
          type="password"
          required
          minLength={up ? 8 : 1}
          maxLength={128}
          autoComplete={up ? 'new-password' : 'current-password'}
          hint={up ? t.sign.passwordHint : undefined}
          error={field === 'password' ? text : undefined}
        />
        {text && !['name', 'displayName', 'password'].includes(field ?? '') && (
          <p className="bad" role="alert">
            {text}
          </p>
        )}
        <button type="submit" className="button main full" disabled={busy}>
          <span>{up ? t.sign.up : t.sign.in}</span>
        </button>
        <button
          type="button"
          className="button plain full"
          onClick={() => {
            setMode(up ? 'in' : 'up');
            setError(null);
          }}
        >
          <span>{up ? t.sign.toIn : t.sign.toUp}</span>
        </button>
      </form>
    </Dialog>
  );
}
