// A shared link: asks for its password, shows its album, and lets people join.

import { useCallback, useEffect, useState, type FormEvent } from 'react';
import type { AlbumFollower, Visit } from '../../client';
import { AlbumRoleDocument } from '../../gql/graphql';
import { useClient, useSession } from '../data/client';
import { codeOf, errorText } from '../data/errors';
import { go } from '../data/route';
import { useSpeech } from '../i18n/context';
import { Field } from '../ui/field';
import { AlbumScreen } from './album-screen';
import { Gone } from './gone';
import { Loading } from './loading';
import { TopBar } from './top-bar';

interface Opened {
  visit: Visit;
  follower: AlbumFollower;
  password: string | undefined;
}

export function SharePage({ token }: { token: string }) {
  const client = useClient();
  const session = useSession();
  const [opened, setOpened] = useState<Opened | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);

  const open = useCallback(
    async (password: string | undefined, live: () => boolean) => {
      try {
        const visit = await client.visit(token, password);
        if (!live()) return visit.stop();
        setError(null);
        setOpened({ visit, follower: visit.followAlbum(visit.album.id), password });
      } catch (reason) {
        if (live()) setError(reason);
      }
    },
    [client, token],
  );
  useEffect(() => {
    let here = true;
    void open(undefined, () => here);
    return () => void (here = false);
  }, [open, turn]);
  useEffect(
    () => () => {
      opened?.follower.stop();
      opened?.visit.stop();
    },
    [opened],
  );

  // Who is a member already sees the album itself.
  const user = session.phase === 'in' ? session.user.id : null;
  const albumId = opened?.visit.album.id;
  useEffect(() => {
    if (!user || !albumId) return;
    let here = true;
    client.api
      .ask(AlbumRoleDocument, { id: albumId })
      .then((r) => here && r.album?.viewerRole && go(`/a/${albumId}`, true))
      .catch(() => undefined); // NOT_FOUND: no member.
    return () => void (here = false);
  }, [client, user, albumId]);

  if (opened) {
    return (
      <AlbumScreen
        follower={opened.follower}
        api={opened.visit.api}
        live={opened.visit.live}
        visit={opened.visit}
        onAgain={() => {
          setOpened(null);
          setTurn(turn + 1);
        }}
        join={opened.visit.share.joinRole ? { token, password: opened.password } : undefined}
      />
    );
  }
  if (!error) return <Loading />;
  const code = codeOf(error);
  if (code === 'PASSWORD_REQUIRED' || code === 'PASSWORD_WRONG' || code === 'RATE_LIMITED') {
    return <PasswordPrompt error={error} onPassword={(password) => open(password, () => true)} />;
  }
  if (code === 'SHARE_CLOSED') return <Gone what="closed" />;
  if (code === 'NOT_FOUND') return <Gone what="notFound" />;
  return <Failed error={error} onRetry={() => (setError(null), setTurn(turn + 1))} />;
}

function Failed({ error, onRetry }: { error: unknown; onRetry(): void }) {
  const { t, format } = useSpeech();
  return <Gone what="failed" text={errorText(t, format, error)} onRetry={onRetry} />;
}

function PasswordPrompt({ error, onPassword }: { error: unknown; onPassword(password: string): Promise<void> }) {
  const { t, format } = useSpeech();
  const [busy, setBusy] = useState(false);
  async function submit(e: FormEvent<HTMLFormElement>) {
    e.preventDefault();
    setBusy(true);
    await onPassword(String(new FormData(e.currentTarget).get('password')));
    setBusy(false);
  }
  return (
    <>
      <TopBar />
      <main className="blank">
        <h1>{t.open.password}</h1>
        <p>{t.open.passwordText}</p>
        <form className="form narrow" onSubmit={submit}>
          <Field
            label={t.sign.password}
            name="password"
            type="password"
            required
            autoFocus
            autoComplete="off"
            maxLength={128}
            error={codeOf(error) === 'PASSWORD_REQUIRED' ? undefined : errorText(t, format, error)}
          />
          <button type="submit" className="button main full" disabled={busy}>
            <span>{t.open.open}</span>
          </button>
        </form>
      </main>
    </>
  );
}
