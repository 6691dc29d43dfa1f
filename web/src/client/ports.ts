/** What differs between a browser, a mini-program and a test, beside fetch and WebSocket. */

/** Keeps one text on the device, for all tabs. */
export interface TextStore {
  load(): Promise<string | null>;
  save(text: string | null): Promise<void>;
  /** Tells when another tab has saved; returns what ends that. */
  watch(changed: () => void): () => void;
}

/** Locks that hold over all tabs. */
export interface Locks {
  /** Runs something while nobody else has the name. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Holds the name if it is free, until the returned function is called; null if it is not. */
  tryHold(name: string): Promise<(() => void) | null>;
}

/** Whether there is a network, as far as the device knows. */
export interface Network {
  online(): boolean;
  watch(changed: () => void): () => void;
}

/** A store in memory, for tests and where the browser keeps nothing. */
export function memoryStore(): TextStore {
  let text: string | null = null;
  return { load: async () => text, save: async (next) => void (text = next), watch: () => () => undefined };
}

/** Locks within this program alone. */
export function localLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>();
  const held = new Set<string>();
  return {
    run(name, work) {
      const turn = (tails.get(name) ?? Promise.resolve()).then(work, work);
      const tail = turn.catch(() => undefined).finally(() => {
        if (tails.get(name) === tail) tails.delete(name);
      });
      tails.set(name, tail);
      return turn;
    },
    async tryHold(name) {
      if (held.has(name)) return null;
      held.add(name);
      return () => void held.delete(name);
    },
  };
}

/** The store of a browser under a name; in memory where that is refused (private windows, blocked storage). */
export function browserStore(name: string): TextStore {
  const memory = memoryStore();
  return {
    async load() {
      try {
        return localStorage.getItem(name);
      } catch {
        return memory.load();
      }
    },
    async save(text) {
      await memory.save(text);
      try {
        if (text === null) localStorage.removeItem(name);
        else localStorage.setItem(name, text);
      } catch {
        // it is in memory
      }
    },
    watch(changed) {
      const listener = (event: StorageEvent) => {
        if (event.key === name || event.key === null) changed();
      };
      addEventListener('storage', listener);
      return () => removeEventListener('storage', listener);
    },
  };
}

/** The locks of a browser, over its tabs; only within this one where it has none (old browsers, plain HTTP). */
export function browserLocks(): Locks {
  const locks = globalThis.navigator?.locks;
  if (!locks) return localLocks();
  return {
    run: (name, work) => locks.request(name, work) as Promise<Awaited<ReturnType<typeof work>>>,
    tryHold: (name) =>
      new Promise((resolve, reject) => {
        locks
          .request(name, { ifAvailable: true }, (lock) => {
            if (lock === null) return resolve(null);
            return new Promise<void>((release) => resolve(release));
          })
          .catch(reject);
      }),
  };
}

export function browserNetwork(): Network {
  return {
    online: () => globalThis.navigator?.onLine !== false,
    watch(changed) {
      addEventListener('online', changed);
      addEventListener('offline', changed);
      return () => {
        removeEventListener('online', changed);
        removeEventListener('offline', changed);
      };
    },
  };
}
