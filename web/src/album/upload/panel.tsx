// The uploads under way, at the bottom of every page.

import { useEffect, useRef, useState } from 'react';
import { useClient, useWatched } from '../data/client';
import { useSpeech } from '../i18n/context';
import { Button, IconButton } from '../ui/button';
import { useVoice } from '../ui/notices';
import { useNoDrop } from './drop';
import { UploadRow } from './row';
import { summarise } from './summary';

/** restsFor is how long a list where all went well is shown, in milliseconds. */
const restsFor = 4_000;
/** mostRows bounds the rows that are drawn; the rest is counted. */
const mostRows = 60;

export function UploadPanel() {
  const { t, format } = useSpeech();
  const { uploads } = useClient();
  useNoDrop();
  const voice = useVoice();
  const list = useWatched(uploads.list);
  const [open, setOpen] = useState(true);
  const sum = summarise(list);
  const well = sum.all > 0 && sum.added === sum.all;
  const spoken = useRef(false);
  useEffect(() => {
    if (!well) {
      spoken.current = false;
      return;
    }
    if (!spoken.current) voice.say(t.upload.allDone(sum.added));
    spoken.current = true;
    const timer = setTimeout(() => uploads.clear(), restsFor);
    return () => clearTimeout(timer);
  }, [well, sum.added, uploads, voice, t]);
  if (list.length === 0) return null;
  // What needs somebody stands first, what is under way next; in the end only what went wrong.
  const rank = {
    failed: 0,
    sending: 1,
    finalising: 1,
    processing: 1,
    hashing: 1,
    paused: 2,
    waiting: 3,
    done: 4,
    duplicate: 4,
  };
  const left = sum.working + sum.paused > 0 || sum.failed === 0 ? [...list] : list.filter((u) => u.phase === 'failed');
  const rows = left.sort((a, b) => rank[a.phase] - rank[b.phase]).slice(0, mostRows);
  return (
    <section className="uploads" aria-label={t.upload.title} data-testid="uploads">
      <header className="uploads-head">
        <button
          type="button"
          className="uploads-title"
          aria-expanded={open}
          title={open ? t.upload.hide : t.upload.show}
          onClick={() => setOpen(!open)}
        >
          <strong>{t.upload.progress(sum.added, sum.all)}</strong>
          {sum.failed > 0 && <span className="bad">{t.upload.failedSome(sum.failed)}</span>}
        </button>
        {sum.working > 0 && <IconButton icon="pause" label={t.upload.pauseAll} onClick={() => uploads.pause()} />}
        {sum.working === 0 && sum.paused > 0 && (
          <IconButton icon="play" label={t.upload.resumeAll} onClick={() => uploads.resume()} />
        )}
      </header>
      <progress
        className="bar"
        max={1}
        value={sum.share}
        aria-label={t.upload.title}
        aria-valuetext={format.percent(sum.share)}
      />
      {open && (
        <>
          <ul className="upload-rows">
            {rows.map((upload) => (
              <UploadRow key={upload.id} upload={upload} />
            ))}
          </ul>
          <footer className="uploads-feet">
            <small>{sum.working + sum.paused > 0 ? t.upload.kept : ''}</small>
            {sum.added + sum.failed > 0 && <Button onClick={() => uploads.clear()}>{t.upload.clear}</Button>}
          </footer>
        </>
      )}
    </section>
  );
}
