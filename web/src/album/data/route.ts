// The address: which page, and which medium is open on it.

import { useSyncExternalStore } from 'react';

const watchers = new Set<() => void>();

function subscribe(changed: () => void): () => void {
  watchers.add(changed);
  addEventListener('popstate', changed);
  addEventListener('hashchange', changed);
  return () => {
    watchers.delete(changed);
    removeEventListener('popstate', changed);
    removeEventListener('hashchange', changed);
  };
}

function moved(): void {
  for (const watcher of [...watchers]) watcher();
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

/** useFragment gives what stands behind #: the medium that is open. */
export function useFragment(): string {
  return useSyncExternalStore(subscribe, () => location.hash.slice(1));
}

/** go opens a page; the browser's back button leads here again. */
export function go(path: string, replace = false): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  moved();
  if (!path.includes('#')) scrollTo(0, 0);
}

/** openMedium shows one medium: the first is a step for the back button, paging on is not. */
export function openMedium(id: string): void {
  const open = location.hash.length > 1;
  const url = `${location.pathname}#${id}`;
  if (open) history.replaceState(history.state, '', url);
  else history.pushState({ opened: true }, '', url);
  moved();
}

/** closeMedium goes back to where it was opened from. */
export function closeMedium(): void {
  if ((history.state as { opened?: boolean } | null)?.opened) {
    history.back();
    return;
  }
  history.replaceState(null, '', location.pathname);
  moved();
}

/** followLink handles a click on a link to a page of ours without loading it anew. */
export function followLink(e: React.MouseEvent<HTMLAnchorElement>): void {
  if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  e.preventDefault();
  go(e.currentTarget.getAttribute('href')!);
}
