// A medium's caption, to be read, and edited by those who may.

import { useState } from 'react';
import { mayEditMedium, type ShownMedium } from '../../client';
import { useAct, useAlbum } from '../data/album';
import { useViewer } from '../data/client';
import { useSpeech } from '../i18n/context';
import { IconButton } from '../ui/button';
import { TextEditor } from './text-editor';

const longest = 2_000;

export function Caption({ medium }: { medium: ShownMedium }) {
  const { t } = useSpeech();
  const { album } = useAlbum();
  const viewer = useViewer();
  const act = useAct();
  const [draft, setDraft] = useState<string | null>(null);
  const mayEdit = mayEditMedium(album, medium, viewer?.id ?? null);
  function save(caption: string) {
    setDraft(null);
    if (caption !== medium.caption)
      void act({ kind: 'editMedia', mediaId: medium.id, caption }).then((done) => !done && setDraft(caption));
  }
  if (draft !== null) {
    return <TextEditor label={t.media.caption} text={draft} maxLength={longest} onSave={save} onCancel={() => setDraft(null)} />;
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
