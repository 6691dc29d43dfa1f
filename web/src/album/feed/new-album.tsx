// Makes an album, and goes there.

import { useState, type FormEvent } from 'react';
import { ApiError, type Visibility } from '../../client';
import { CreateAlbumDocument } from '../../gql/graphql';
import { useClient } from '../data/client';
import { errorText } from '../data/errors';
import { go } from '../data/route';
import { useSpeech } from '../i18n/context';
import { Dialog } from '../ui/dialog';
import { Choice, Field } from '../ui/field';

const visibilities: readonly Visibility[] = ['PRIVATE', 'LINK', 'PUBLIC'];

export default function NewAlbum({ onClose }: { onClose(): void }) {
  const { t, format } = useSpeech();
  const { api } = useClient();
  const [visibility, setVisibility] = useState<Visibility>('PRIVATE');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function make(e: FormEvent<HTMLFormElement>) {
    e.preventDefault();
    const form = new FormData(e.currentTarget);
    setBusy(true);
    setError(null);
    try {
      const made = await api.ask(CreateAlbumDocument, {
        input: {
          title: String(form.get('title')).trim(),
          description: String(form.get('description')).trim(),
          visibility,
        },
      });
      onClose();
      go(`/a/${made.createAlbum.album.id}`);
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  }

  const text = error ? errorText(t, format, error) : undefined;
  const atTitle = error instanceof ApiError && error.field === 'title';
  return (
    <Dialog title={t.feed.newAlbum} onClose={onClose}>
      <form className="form" onSubmit={make}>
        <Field
          label={t.feed.title}
          name="title"
          required
          data-first
          maxLength={128}
          placeholder={t.feed.titleHint}
          error={atTitle ? text : undefined}
        />
        <Field label={t.feed.description} name="description" maxLength={4000} />
        <Choice<Visibility>
          label={t.feed.who}
          value={visibility}
          onPick={setVisibility}
          options={visibilities.map((v) => [v, t.visibility[v]] as const)}
        />
        {text && !atTitle && (
          <p className="bad" role="alert">
            {text}
          </p>
        )}
        <button type="submit" className="button main full" disabled={busy}>
          <span>{t.feed.create}</span>
        </button>
      </form>
    </Dialog>
  );
}
