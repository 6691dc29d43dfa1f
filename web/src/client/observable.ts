import type { Clock } from './clock';

/**
 * A value that is watched: `useSyncExternalStore(o.subscribe, o.get)`. Both can be
 * handed on by themselves, and `get` gives the same object until something changed.
 */
export interface Observable<T> {
  get(): T;
  /** Calls `changed` after each change; returns what ends that. */
  subscribe(changed: () => void): () => void;
}

/** An observable and the means to change it. */
export interface Source<T> extends Observable<T> {
  set(value: T): void;
}

/** Makes a value that is watched. */
export function observable<T>(first: T): Source<T> {
  let value = first;
  const watchers = new Set<() => void>();
  return {
    get: () => value,
    subscribe: (changed) => {
      const watcher = () => changed();
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      for (const watcher of [...watchers]) watcher();
    },
  };
}

/** Resolves once a condition holds, which is looked at after each change of a value; or after so many milliseconds, or when the signal is aborted. */
export function when(value: Observable<unknown>, holds: () => boolean, clock: Clock, signal: AbortSignal, within = longest): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || holds()) return resolve();
    const done = () => {
      cancel();
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = value.subscribe(() => holds() && done());
    const cancel = clock.after(within, done);
    signal.addEventListener('abort', done);
  });
}
/** In milliseconds. */
const longest = 60_000;
