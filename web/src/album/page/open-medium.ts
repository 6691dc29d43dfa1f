// Which medium of the list the address names.

import { useEffect, useRef } from 'react';
import type { AlbumFollower, AlbumView } from '../../client';
import { closeMedium, useFragment } from '../data/route';

/** mostPages bounds how far a medium is looked for that an address names. */
const mostPages = 20;

/**
 * useOpenMedium gives its index; -1 if none is open. One that stands further down is paged to; one
 * that is not there, or was removed while it was looked at, is closed.
 */
export function useOpenMedium(view: AlbumView, follower: AlbumFollower): number {
  const open = useFragment();
  const index = open ? view.media.findIndex((m) => m.id === open) : -1;
  const sought = useRef({ id: '', pages: 0, found: false });
  const { hasMore, loadingMore } = view;
  useEffect(() => {
    if (sought.current.id !== open) sought.current = { id: open, pages: 0, found: false };
    const s = sought.current;
    if (index >= 0) s.found = true;
    if (!open || index >= 0 || loadingMore) return;
    if (s.found || !hasMore || s.pages >= mostPages) closeMedium();
    else {
      s.pages++;
      void follower.more();
    }
  }, [open, index, hasMore, loadingMore, view.media.length, follower]);
  return index;
}
