// Originals as ZIP files: a selection, or everything.

import { useEffect, useState } from 'react';
import { ArchiveDocument, type ArchiveQuery } from '../../gql/graphql';
import { useAlbum } from '../data/album';
import { batches } from '../data/batches';
import { errorText } from '../data/errors';
import { useSpeech } from '../i18n/context';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icons';

type Part = NonNullable<ArchiveQuery['album']>['archive']['parts'][number];

export default function Download({ only, onClose }: { only: readonly string[] | null; onClose(): void }) {
  const { t, format } = useSpeech();
  const { album, api } = useAlbum();
  const [parts, setParts] = useState<readonly Part[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [fetched, setFetched] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    let here = true;
    async function read() {
      const all: Part[] = [];
      for (const ids of only ? batches(only) : [null]) {
        const answer = await api.ask(ArchiveDocument, { id: album.id, only: ids });
        all.push(...(answer.album?.archive.parts ?? []));
      }
      if (here) setParts(all);
    }
    read().catch((reason: unknown) => here && setError(reason));
    return () => void (here = false);
  }, [api, album.id, only]);
  return (
    <Dialog title={only ? t.album.download : t.album.downloadAll} onClose={onClose}>
      {error !== null && <p className="bad">{errorText(t, format, error)}</p>}
      {!parts && error === null && <p className="hint">{t.loading}</p>}
      {parts && parts.length > 1 && <p>{t.album.downloadParts}</p>}
      <ul className="parts">
        {parts?.map((part, i) => (
          <li key={part.url}>
            <a
              className="part"
              href={part.url}
              download={part.fileName}
              data-fetched={fetched.has(part.url) || undefined}
              onClick={() => setFetched(new Set([...fetched, part.url]))}
            >
              <Icon name={fetched.has(part.url) ? 'check' : 'download'} />
              <span className="part-words">
                <strong>{parts.length > 1 ? t.album.part(i + 1, parts.length) : part.fileName}</strong>
                <small>
                  {t.items(part.mediaCount)} · {format.bytes(part.bytes)}
                </small>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
