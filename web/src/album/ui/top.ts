// Which dialog is uppermost: notices are put into it, or they would lie below.

import { useSyncExternalStore } from 'react';

let open: readonly HTMLElement[] = [];
const watchers = new Set<() => void>();

function change(next: readonly HTMLElement[]): void {
  open = next;
  for (const watcher of [...watchers]) watcher();
}

/** rise says that a dialog opened; the returned function, that it closed. */
export function rise(dialog: HTMLElement): () => void {
  change([...open, dialog]);
  return () => change(open.filter((d) => d !== dialog));
}

/** useTop gives the uppermost dialog; the page if none is open. */
export function useTop(): HTMLElement {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
    () => open.at(-1) ?? document.body,
  );
}
