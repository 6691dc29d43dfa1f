// Speaks of what others add while one looks, and counts what came above the screen.

import { useEffect, useRef, useState } from 'react';
import { useAlbum } from '../data/album';
import { useViewer } from '../data/client';
import { useSpeech } from '../i18n/context';
import { useVoice } from '../ui/notices';

export interface Fresh {
  /** ids of media that came while the top of the grid was off the screen, and were not seen. */
  count: number;
  clear(): void;
}

/** quiet is how long events are gathered before they are spoken of, in milliseconds. */
const quiet = 1_500;

export function useArrivals(): Fresh {
  const { follower } = useAlbum();
  const { t } = useSpeech();
  const voice = useVoice();
  const me = useViewer()?.id;
  const [count, setCount] = useState(0);
  const gathered = useRef(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = follower.onEvent((event) => {
      if (event.actor?.id === me && me) return;
      if (event.kind === 'MEDIA_ADDED') {
        gathered.current++;
        if (scrollY > innerHeight / 2) setCount((n) => n + 1);
        timer ??= setTimeout(() => {
          voice.say(t.album.arrived(gathered.current));
          gathered.current = 0;
          timer = undefined;
        }, quiet);
      }
      if (event.kind === 'COMMENT_ADDED' && event.comment) {
        voice.say(t.talk.new(event.comment.author.displayName || t.nobody, event.comment.text));
      }
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [follower, me, t, voice]);
  return { count, clear: () => setCount(0) };
}
