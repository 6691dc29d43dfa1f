// The album on the screen, for all components of its page.

import { createContext, useCallback, useContext, useMemo, type ReactNode } from 'react';
import type { Album, AlbumAction, AlbumFollower, AlbumView, Api, Change, Visit } from '../../client';
import { useSpeech } from '../i18n/context';
import { useSign } from '../sign/context';
import { useVoice } from '../ui/notices';
import { codeOf, errorText } from './errors';

export interface Shown {
  album: Album;
  view: AlbumView;
  follower: AlbumFollower;
  /** api asks as whoever looks: a visitor of a link, or the one who is signed in. */
  api: Api;
  /** visit is set for visitors of a link. */
  visit: Visit | null;
  may(action: AlbumAction): boolean;
}

const Context = createContext<Shown | null>(null);

export function ShowAlbum({
  follower,
  view,
  album,
  api,
  visit,
  children,
}: Omit<Shown, 'may'> & { children: ReactNode }) {
  const shown = useMemo<Shown>(
    () => ({ follower, view, album, api, visit, may: (action) => album.viewerActions.includes(action) }),
    [follower, view, album, api, visit],
  );
  return <Context value={shown}>{children}</Context>;
}

export function useAlbum(): Shown {
  const shown = useContext(Context);
  if (!shown) throw new Error('useAlbum outside of ShowAlbum');
  return shown;
}

/** useTell shows an error in words; one that a sign-in would help asks for that. */
export function useTell(): (error: unknown) => void {
  const { t, format } = useSpeech();
  const voice = useVoice();
  const sign = useSign();
  return useCallback(
    (error) => {
      if (codeOf(error) === 'ABORTED') return;
      voice.show({ text: errorText(t, format, error), bad: true });
      if (codeOf(error) === 'UNAUTHENTICATED') sign.ask();
    },
    [t, format, voice, sign],
  );
}

/** useAct does something in the album; a refusal is shown. It gives whether it was done. */
export function useAct(): (change: Change) => Promise<boolean> {
  const { follower } = useAlbum();
  const tell = useTell();
  return useCallback(
    async (change) => {
      try {
        await follower.act(change);
        return true;
      } catch (error) {
        tell(error);
        return false;
      }
    },
    [follower, tell],
  );
}
