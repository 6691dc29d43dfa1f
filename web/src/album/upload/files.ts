// Files that somebody picked, dropped or pasted, as the queue takes them.

import { useCallback } from 'react';
import type { Id, UploadFile } from '../../client';
import { CapabilitiesDocument } from '../../gql/graphql';
import { useTell } from '../data/album';
import { useClient } from '../data/client';
import { useSpeech } from '../i18n/context';
import { useVoice } from '../ui/notices';

/** accepted is what the picker of files offers. */
export const accepted = 'image/jpeg,image/png,image/gif,image/webp,image/heic,video/mp4,video/quicktime,.heic,.mov';

/** types are those of files whose type the browser does not know. */
const types: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heic',
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mov: 'video/quicktime',
};

/** typeOf gives a file's type, by its ending if the browser gives none. */
export function typeOf(file: { name: string; type: string }): string {
  if (file.type === 'image/heif') return 'image/heic';
  return file.type || types[file.name.split('.').at(-1)?.toLowerCase() ?? ''] || 'application/octet-stream';
}

export interface Limits {
  contentTypes: readonly string[];
  maxPhotoBytes: number;
  maxVideoBytes: number;
}

/** refusal gives the code of why a file need not be sent at all; null if it may be. */
export function refusal(
  file: { type: string; size: number },
  limits: Limits,
): 'MEDIA_UNSUPPORTED' | 'MEDIA_TOO_LARGE' | 'MEDIA_CORRUPT' | null {
  if (!limits.contentTypes.includes(file.type)) return 'MEDIA_UNSUPPORTED';
  if (file.size === 0) return 'MEDIA_CORRUPT';
  const most = file.type.startsWith('video/') ? limits.maxVideoBytes : limits.maxPhotoBytes;
  return file.size > most ? 'MEDIA_TOO_LARGE' : null;
}

/** useAddFiles gives what puts files into the queue of an album; those it need not try it speaks of. */
export function useAddFiles(albumId: Id): (files: Iterable<File>) => Promise<void> {
  const client = useClient();
  const { t } = useSpeech();
  const voice = useVoice();
  const tell = useTell();
  return useCallback(
    async (files) => {
      try {
        const { capabilities } = await client.api.ask(CapabilitiesDocument);
        const good: UploadFile[] = [];
        for (const file of files) {
          const type = typeOf(file);
          const code = refusal({ type, size: file.size }, capabilities);
          if (code) voice.show({ text: `${file.name}: ${t.errors[code]}`, bad: true });
          else good.push({ name: file.name, type, blob: file });
        }
        if (good.length > 0) await client.uploads.add(albumId, good);
      } catch (error) {
        tell(error);
      }
    },
    [client, albumId, t, voice, tell],
  );
}
