// A medium's caption, to be read, and edited by those who may.

import { useState, type FormEvent } from 'react';
import { mayEditMedium, type ShownMedium } from '../../client';
import { useAct, useAlbum } from '../data/album';
import { useViewer } from '../data/client';
import { useSpeech } from '../i18n/context';
import { Button, IconButton } from '../ui/button';
import { GrowingText } from './growing-text';

const longest = 2_000;

export function Caption({ medium }: { medium: ShownMedium }) {
  const { t } = useSpeech();
  const { album } = useAlbum();
  const viewer = useViewer();
  const act = useAct();
  const [draft, setDraft] = useState<string | null>(null);
  const mayEdit = mayEditMedium(album, medium, viewer?.id ?? null);
  function save(e?: FormEvent) {
    e?.preventDefault();
    const caption = draft!.trim();
    setDraft(null);
    if (caption !== medium.caption)
      void act({ kind: 'editMedia', mediaId: medium.id, caption }).then((done) => !done && setDraft(caption));
  }
  if (draft !== null) {
    return (
      <form className="caption-form" onSubmit={save}>
        <GrowingText
          label={t.media.caption}
          value={draft}
          onText={setDraft}
          onSend={save}
          maxLength={longest}
          onEscape={() => setDraft(null)}
          autoFocus
        />
        <div className="row-end">
          <Button onClick={() => setDraft(null)}>{t.cancel}</Button>
          <button type="submit" className="button main">
            <span>{t.save}</span>
          </button>
        </div>
      </form>
    );
  }
  if (medium.caption) {
    return (
      <div className="caption">
        <p>{medium.caption}</p>
        {mayEdit && <IconButton icon="edit" label={t.media.editCaption} onClick={() => setDraft(medium.caption)} />}
      </div>
    );
  }
  if (!mayEdit) return null;
  return (
    <button type="button" className="button plain caption-none" onClick={() => setDraft('')}>
      <span>{t.media.captionNone}</span>
    </button>
  );
}
