// One upload: how far it is, and what can be done about it.

import { memo } from 'react';
import type { Upload } from '../../client';
import { useClient } from '../data/client';
import { errorText } from '../data/errors';
import type { Catalogue } from '../i18n/en';
import { useSpeech } from '../i18n/context';
import type { Format } from '../i18n/format';
import { IconButton } from '../ui/button';
import { isOver } from './summary';

export const UploadRow = memo(function UploadRow({ upload }: { upload: Upload }) {
  const { t, format } = useSpeech();
  const { uploads } = useClient();
  const { id, phase, fileName } = upload;
  const label = (what: string) => `${what}: ${fileName}`;
  return (
    <li className="upload" data-phase={phase}>
      <div className="upload-words">
        <span className="upload-name">{fileName}</span>
        <small className={phase === 'failed' ? 'bad' : undefined}>
          {format.bytes(upload.bytes)} · {stateText(t, format, upload)}
        </small>
      </div>
      {phase === 'paused' ? (
        <IconButton icon="play" label={label(t.upload.resume)} onClick={() => uploads.resume(id)} />
      ) : (
        (phase === 'waiting' || phase === 'hashing' || phase === 'sending') && (
          <IconButton icon="pause" label={label(t.upload.pause)} onClick={() => uploads.pause(id)} />
        )
      )}
      {phase === 'failed' && upload.advice !== 'sendOtherFile' && upload.advice !== 'chooseFileAgain' && (
        <IconButton icon="restore" label={label(t.retry)} onClick={() => uploads.retry(id)} />
      )}
      {(!isOver(phase) || phase === 'failed') && (
        <IconButton icon="close" label={label(t.upload.cancel)} onClick={() => uploads.cancel(id)} />
      )}
      {!isOver(phase) && <progress className="bar" max={upload.bytes} value={upload.sent} aria-label={fileName} />}
    </li>
  );
});

/** stateText says where an upload stands; of a failed one what to do. */
function stateText(t: Catalogue, format: Format, upload: Upload): string {
  switch (upload.phase) {
    case 'waiting':
      return t.upload.waiting;
    case 'hashing':
      return t.upload.hashing;
    case 'sending':
      return t.upload.sending(format.percent(upload.bytes > 0 ? upload.sent / upload.bytes : 0));
    case 'finalising':
      return t.upload.checking;
    case 'processing':
      return t.upload.processing;
    case 'paused':
      return t.upload.paused;
    case 'done':
      return t.upload.done;
    case 'duplicate':
      return t.upload.duplicate;
    case 'failed':
      return errorText(t, format, upload.error);
  }
}
