// The facts about a medium, folded up until they are asked for.

import { useState } from 'react';
import type { ShownMedium } from '../../client';
import { useAlbum } from '../data/album';
import { LikersDocument } from '../../gql/graphql';
import { nameOf } from '../data/words';
import { useSpeech } from '../i18n/context';

export function Facts({ medium }: { medium: ShownMedium }) {
  const { t, format } = useSpeech();
  const { api } = useAlbum();
  const [more, setMore] = useState<{ camera: string | null; likers: string[] } | null>(null);
  function read(open: boolean) {
    if (!open) return;
    api
      .ask(LikersDocument, { id: medium.id })
      .then(
        (r) =>
          r.media &&
          setMore({ camera: r.media.camera ?? null, likers: r.media.likes.edges.map((e) => nameOf(t, e.node.user)) }),
      )
      .catch(() => undefined); // What can be shown without an answer is shown.
  }
  const rows: [string, string | null | undefined][] = [
    [t.media.taken, medium.takenAt && format.dateTime(medium.takenAt)],
    [t.media.camera, more?.camera],
    [
      t.media.where,
      medium.place &&
        (medium.place.name || `${medium.place.latitude.toFixed(4)}, ${medium.place.longitude.toFixed(4)}`),
    ],
    [
      t.media.size,
      medium.width > 0
        ? `${format.number(medium.width)} × ${format.number(medium.height)} · ${format.bytes(medium.bytes)}`
        : format.bytes(medium.bytes),
    ],
    [t.media.file, medium.fileName],
    [t.media.likedBy, more?.likers.join(', ')],
  ];
  return (
    <details className="facts-more" onToggle={(e) => read(e.currentTarget.open)}>
      <summary>{t.media.details}</summary>
      <dl>
        {rows.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </details>
  );
}
