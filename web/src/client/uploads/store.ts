import type { Saved, UploadStore } from './types';

const table = 'uploads';

/** Uploads in IndexedDB, with their files. Throws what IndexedDB throws: no room, no leave. */
export function browserUploads(name = 'keepsake'): UploadStore {
  let opened: Promise<IDBDatabase> | null = null;

  function open(): Promise<IDBDatabase> {
    opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => void request.result.createObjectStore(table, { keyPath: 'id' });
      request.onsuccess = () => {
        request.result.onclose = () => (opened = null);
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error('another tab holds an old database'));
    }).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  }

  /** Runs one request; what it wrote is there when this resolves. */
  async function run<T>(mode: IDBTransactionMode, request: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const transaction = (await open()).transaction(table, mode);
    const asked = request(transaction.objectStore(table));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error ?? asked.error);
    });
  }

  return {
    all: () => run<Saved[]>('readonly', (store) => store.getAll()),
    put: async (upload) => void (await run('readwrite', (store) => store.put(upload))),
    remove: async (id) => void (await run('readwrite', (store) => store.delete(id))),
  };
}
