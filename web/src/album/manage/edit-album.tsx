// Changes an album: title and description; the owner also who sees it and who does what.

import { useState, type FormEvent } from 'react';
import { ApiError, type Audience, type MediaOrder, type Visibility } from '../../client';
import { UpdateAlbumDocument, type UpdateAlbumInput } from '../../gql/graphql';
import { useAlbum } from '../data/album';
import { errorText } from '../data/errors';
import { useSpeech } from '../i18n/context';
import { Dialog } from '../ui/dialog';
import { Choice, Field } from '../ui/field';

const audiences: readonly Audience[] = ['NOBODY', 'MEMBERS', 'ANYONE'];
const orders: readonly MediaOrder[] = ['ADDED', 'TAKEN', 'HAND'];
const visibilities: readonly Visibility[] = ['PRIVATE', 'LINK', 'PUBLIC'];

export default function EditAlbum({ onClose }: { onClose(): void }) {
  const { t, format } = useSpeech();
  const { album, api } = useAlbum();
  const owner = album.viewerRole === 'OWNER';
  const [title, setTitle] = useState(album.title);
  const [description, setDescription] = useState(album.description);
  const [visibility, setVisibility] = useState(album.visibility);
  const [settings, setSettings] = useState(album.settings);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function save(e: FormEvent) {
    e.preventDefault();
    setBusy(true);
    setError(null);
    const input: UpdateAlbumInput = {
      albumId: album.id,
      title: title.trim(),
      description: description.trim(),
      ...(owner && {
        visibility,
        settings: {
          comments: settings.comments,
          likes: settings.likes,
          downloads: settings.downloads,
          order: settings.order,
        },
      }),
    };
    try {
      await api.ask(UpdateAlbumDocument, { input });
      onClose();
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  }

  const text = error ? errorText(t, format, error) : undefined;
  const atTitle = error instanceof ApiError && error.field === 'title';
  const who = (key: 'comments' | 'likes' | 'downloads') => (
    <Choice<Audience>
      label={t.album[key]}
      value={settings[key]}
      onPick={(value) => setSettings({ ...settings, [key]: value })}
      options={audiences.map((a) => [a, t.audience[a]] as const)}
    />
  );
  return (
    <Dialog title={t.album.edit} onClose={onClose}>
      <form className="form" onSubmit={save}>
        <Field
          label={t.feed.title}
          value={title}
          onChange={(e) => setTitle(e.target.value)}
          required
          maxLength={128}
          error={atTitle ? text : undefined}
        />
        <Field
          label={t.feed.description}
          value={description}
          onChange={(e) => setDescription(e.target.value)}
          maxLength={4000}
        />
        {owner && (
          <>
            <Choice<Visibility>
              label={t.feed.who}
              value={visibility}
              onPick={setVisibility}
              options={visibilities.map((v) => [v, t.visibility[v]] as const)}
            />
            <Choice<MediaOrder>
              label={t.album.order}
              value={settings.order}
              onPick={(order) => setSettings({ ...settings, order })}
              options={orders.map((o) => [o, t.order[o]] as const)}
            />
            {settings.order === 'HAND' && <p className="hint">{t.album.byHand}</p>}
            <fieldset>
              <legend>{t.album.settings}</legend>
              <div className="two">
                {who('comments')}
                {who('likes')}
                {who('downloads')}
              </div>
            </fieldset>
          </>
        )}
        {text && !atTitle && (
          <p className="bad" role="alert">
            {text}
          </p>
        )}
        <button type="submit" className="button main full" disabled={busy}>
          <span>{t.save}</span>
        </button>
      </form>
    </Dialog>
  );
}
