import type { Api } from '../api';
import { pause, type Clock } from '../clock';
import * as documents from '../documents';
import { apiError, ApiError } from '../errors';
import type { Id } from '../model';
import { observable, type Observable } from '../observable';
import type { Locks } from '../ports';
import { adviceFor, backoff, endsSession, worthAnotherTry } from '../retry';
import { maxPut, send } from './send';
import type { Saved, Upload, UploadFile, UploadPhase, Uploads, UploadStore } from './types';

export interface UploadParts {
  api: Api;
  fetch: typeof fetch;
  store: UploadStore;
  locks: Locks;
  clock: Clock;
  random: () => number;
  newId: () => string;
  /** Works out the SHA-256 of a file in hexadecimal; null if it is not to be. */
  hash: (blob: Blob) => Promise<string | null>;
  /** Who is signed in. */
  user: () => Id | null;
}

/** How many files the queue holds, are asked tickets for at once (the server's bound), and are sent at once. */
export const maxQueue = 2_000;
export const maxBatch = 50;
export const maxSending = 3;
/** Hashing so many bytes comes before the first is sent; more waits for the next batch. */
const batchBytes = 64 << 20;
/** How often a file is begun anew, with a new ticket, before it has failed. */
const maxTickets = 3;
/** How often what is made of a file is asked for: half an hour. Then the server is left to finish. */
const maxLooks = 60;
/** What nobody came back for is forgotten, in milliseconds. */
const keepFor = 7 * 24 * 3_600_000;

interface Item {
  saved: Saved;
  shown: Upload;
  stop: AbortController;
  tickets: number;
  release: () => void;
}

const ended: readonly UploadPhase[] = ['done', 'duplicate', 'failed'];

/** Uploads of who is signed in. Call `load` when somebody is, and after each change of that. */
export class UploadQueue implements Uploads {
  private readonly shown = observable<readonly Upload[]>([]);
  readonly list: Observable<readonly Upload[]> = this.shown;
  private readonly items = new Map<string, Item>();
  private ticketing = false;
  private sending = 0;
  private tries = 0; // of asking for tickets

  constructor(private readonly parts: UploadParts) {}

  /** Takes up what was left over by a page that was closed, unless another tab has it. */
  async load(): Promise<void> {
    const user = this.parts.user();
    for (const [id, item] of this.items) if (item.saved.owner !== user) this.forget(id, item);
    const saved = user === null ? [] : await this.parts.store.all().catch(() => []);
    for (const s of saved.sort((a, b) => a.addedAt - b.addedAt)) {
      if (s.addedAt < this.parts.clock.now() - keepFor) await this.parts.store.remove(s.id).catch(() => undefined);
      else if (s.owner === user) await this.hold(s);
    }
    this.publish();
    this.pump();
  }

  /** Ends all that runs; what is kept goes on with the next page. */
  stop(): void {
    for (const [id, item] of this.items) this.forget(id, item);
  }

  async add(albumId: Id, files: readonly UploadFile[]): Promise<string[]> {
    const owner = this.parts.user();
    if (owner === null) throw new ApiError('UNAUTHENTICATED');
    if (this.items.size + files.length > maxQueue) throw new ApiError('LIMIT_EXCEEDED');
    const ids = [];
    for (const file of files) {
      const id = this.parts.newId();
      const addedAt = this.parts.clock.now();
      await this.hold({ id, owner, albumId, file, sha256: null, ticket: null, location: null, paused: false, addedAt });
      ids.push(id);
    }
    this.publish();
    this.pump(); // saving takes its time; what is not saved yet only does not outlive a reload
    for (const id of ids) await this.save(id);
    return ids;
  }

  pause(id?: string): void {
    for (const item of this.some(id)) {
      if (ended.includes(item.shown.phase) || item.shown.phase === 'processing') continue;
      item.saved.paused = true;
      item.stop.abort();
      this.set(item, { phase: 'paused' });
      void this.save(item.saved.id);
    }
    this.pump();
  }

  resume(id?: string): void {
    for (const item of this.some(id)) if (item.shown.phase === 'paused') this.again(item);
    this.pump();
  }

  retry(id: string): void {
    for (const item of this.some(id)) if (item.shown.phase === 'failed') this.again(item);
    this.pump();
  }

  cancel(id: string): void {
    for (const item of this.some(id)) {
      this.forget(id, item);
      void this.parts.store.remove(id).catch(() => undefined);
    }
    this.publish();
    this.pump();
  }

  clear(): void {
    for (const [id, item] of this.items) if (item.shown.phase === 'done' || item.shown.phase === 'duplicate') this.forget(id, item);
    this.publish();
  }

  private some(id?: string): Item[] {
    const one = id === undefined ? undefined : this.items.get(id);
    return id === undefined ? [...this.items.values()] : one === undefined ? [] : [one];
  }

  private async hold(saved: Saved): Promise<void> {
    if (this.items.has(saved.id)) return;
    const release = await this.parts.locks.tryHold(`keepsake-upload-${saved.id}`);
    if (release === null) return;
    const { id, albumId, file } = saved;
    this.items.set(id, {
      saved, stop: new AbortController(), tickets: 0, release,
      shown: {
        id, albumId, fileName: file.name, contentType: file.type, bytes: file.blob.size, sent: 0,
        phase: saved.paused ? 'paused' : 'waiting', mediaId: saved.ticket?.media.id ?? null, error: null, advice: null,
      },
    });
  }

  private forget(id: string, item: Item): void {
    item.stop.abort();
    item.release();
    this.items.delete(id);
  }

  private again(item: Item): void {
    item.stop = new AbortController();
    item.saved.paused = false;
    item.tickets = 0;
    this.set(item, { phase: 'waiting', error: null, advice: null });
    void this.save(item.saved.id);
  }

  /** Keeps an item as it is; without room for it the upload goes on, but ends with the page. */
  private async save(id: string): Promise<void> {
    const item = this.items.get(id);
    if (item !== undefined && !ended.includes(item.shown.phase)) await this.parts.store.put({ ...item.saved }).catch(() => undefined);
  }

  private set(item: Item, change: Partial<Upload>): void {
    item.shown = { ...item.shown, ...change };
    if (this.items.get(item.shown.id) === item) this.publish();
  }
  private publish(): void {
    this.shown.set([...this.items.values()].map((item) => item.shown));
  }

  private end(item: Item, phase: 'done' | 'duplicate' | 'failed', change: Partial<Upload> = {}): void {
    this.set(item, { phase, error: null, advice: null, ...change });
    // A failed one is kept for a retry as long as the page is open, no longer.
    void this.parts.store.remove(item.saved.id).catch(() => undefined);
  }
  private fail(item: Item, error: ApiError): void {
    this.end(item, 'failed', { error, advice: adviceFor(error) });
  }

  /** Begins whatever can begin. */
  private pump(): void {
    const waiting = [...this.items.values()].filter((i) => i.shown.phase === 'waiting');
    const ready = waiting.filter((i) => i.saved.ticket !== null);
    for (const item of ready.slice(0, maxSending - this.sending)) {
      this.sending++;
      void this.bring(item).finally(() => {
        this.sending--;
        this.pump();
      });
    }
    if (!this.ticketing && ready.length < maxSending && waiting.length > ready.length) {
      this.ticketing = true;
      void this.ticket(waiting.filter((i) => i.saved.ticket === null)).finally(() => {
        this.ticketing = false;
        this.pump();
      });
    }
  }

  /** Asks for tickets for the first of those, as many as one batch holds. */
  private async ticket(waiting: Item[]): Promise<void> {
    const albumId = waiting[0]?.saved.albumId;
    const batch: Item[] = [];
    let bytes = 0;
    for (const item of waiting) {
      if (item.saved.albumId !== albumId || item.shown.phase !== 'waiting') continue;
      if (batch.length === maxBatch || (batch.length > 0 && bytes + item.shown.bytes > batchBytes)) break;
      bytes += item.shown.bytes;
      if (await this.hashed(item)) batch.push(item);
    }
    const there = batch.filter((item) => item.shown.phase === 'hashing');
    if (albumId === undefined || there.length === 0) return;
    try {
      await this.ask(albumId, there);
      this.tries = 0;
    } catch (thrown) {
      const error = apiError(thrown);
      if (worthAnotherTry(error, true)) await this.later(there, error);
      else if (there.length > 1) for (const item of there) await this.askAlone(albumId, item); // one of them is at fault
      else this.refuse(there[0], error);
    }
  }

  private async askAlone(albumId: Id, item: Item): Promise<void> {
    if (item.shown.phase !== 'hashing') return;
    try {
      await this.ask(albumId, [item]);
    } catch (thrown) {
      const error = apiError(thrown);
      if (worthAnotherTry(error, true)) await this.later([item], error);
      else this.refuse(item, error);
    }
  }

  private refuse(item: Item | undefined, error: ApiError): void {
    if (item === undefined) return;
    // Who is signed out goes on after the next sign-in.
    if (endsSession(error.code) || error.code === 'UNAUTHENTICATED') this.set(item, { phase: 'paused', error, advice: adviceFor(error) });
    else this.fail(item, error);
  }

  private async later(items: Item[], error: ApiError): Promise<void> {
    for (const item of items) if (item.shown.phase === 'hashing') this.set(item, { phase: 'waiting', error, advice: adviceFor(error) });
    await pause(this.parts.clock, backoff(this.tries++, this.parts.random, error.retryAfter));
  }

  private async hashed(item: Item): Promise<boolean> {
    this.set(item, { phase: 'hashing' });
    try {
      item.saved.sha256 ??= await this.parts.hash(item.saved.file.blob);
      return item.shown.phase === 'hashing';
    } catch (error) {
      if (item.shown.phase === 'hashing') this.fail(item, new ApiError('FILE_UNREADABLE', { message: String(error) }));
      return false;
    }
  }

  private async ask(albumId: Id, items: Item[]): Promise<void> {
    const files = items.map(({ saved: { file, sha256 } }): documents.UploadWish => ({
      fileName: file.name, contentType: file.type, bytes: file.blob.size, method: file.blob.size > maxPut ? 'CHUNKS' : 'PUT',
      ...(sha256 !== null && { sha256 }), ...(file.takenAt !== undefined && { takenAt: file.takenAt }),
      ...(file.caption !== undefined && { caption: file.caption }),
    }));
    const { createUploads } = await this.parts.api.ask(documents.createUploads, { input: { albumId, files } });
    for (const [at, item] of items.entries()) {
      const ticket = createUploads.tickets[at];
      if (ticket === undefined) throw new ApiError('BAD_ANSWER', { message: 'fewer tickets than files' });
      if (ticket.duplicate) {
        this.end(item, 'duplicate', { mediaId: ticket.media.id, sent: item.shown.bytes });
        continue;
      }
      item.saved.ticket = ticket;
      item.saved.location = null;
      item.tickets++;
      this.set(item, { mediaId: ticket.media.id, error: null, advice: null, ...(item.shown.phase === 'hashing' && { phase: 'waiting' }) });
      await this.save(item.saved.id);
    }
  }

  /** Sends and finalises one file. */
  private async bring(item: Item): Promise<void> {
    const { saved, stop } = item;
    const mine = () => !stop.signal.aborted;
    this.set(item, { phase: 'sending' });
    try {
      if (saved.ticket === null) return;
      await send(this.parts, {
        blob: saved.file.blob, ticket: saved.ticket, location: saved.location, signal: stop.signal,
        sent: (sent) => mine() && this.set(item, { sent, error: null, advice: null }),
        located: async (location) => {
          saved.location = location;
          await this.save(saved.id);
        },
        troubled: (error) => mine() && this.set(item, { error, advice: adviceFor(error) }),
      });
      if (!mine()) return;
      this.set(item, { phase: 'finalising', error: null, advice: null });
      const { finalizeUpload: answer } = await this.parts.api.ask(
        documents.finalizeUpload, { input: { mediaId: saved.ticket.media.id } },
        { repeatable: true, signal: stop.signal, deadline: 120_000 });
      if (!mine()) return;
      if (answer.duplicate) this.end(item, 'duplicate', { mediaId: answer.media.id });
      else if (!this.settled(item, answer.media)) void this.watch(item); // others are sent meanwhile
    } catch (thrown) {
      const error = apiError(thrown);
      if (!mine()) return;
      const anew = ['UPLOAD_EXPIRED', 'UPLOAD_INCOMPLETE', 'NOT_FOUND'].includes(error.code) && item.tickets < maxTickets;
      if (anew) {
        Object.assign(saved, { ticket: null, location: null });
        this.set(item, { phase: 'waiting', sent: 0 });
      } else if (worthAnotherTry(error, true)) {
        this.set(item, { error, advice: adviceFor(error) });
        await pause(this.parts.clock, backoff(3, this.parts.random, error.retryAfter), stop.signal);
        if (mine()) this.set(item, { phase: 'waiting' });
      } else {
        this.refuse(item, error);
      }
    }
  }

  /** Whether it is known what has become of a file. */
  private settled(item: Item, { id, status, failure, duplicateOf }: documents.UploadStanding): boolean {
    if (status === 'READY') this.end(item, 'done', { mediaId: id, sent: item.shown.bytes });
    else if (failure === 'UPLOAD_DUPLICATE') this.end(item, 'duplicate', { mediaId: duplicateOf?.id ?? id });
    else if (status === 'FAILED') {
      Object.assign(item.saved, { ticket: null, location: null });
      this.fail(item, new ApiError(failure ?? 'INTERNAL'));
    } else return false;
    return true;
  }

  /** Looks until the pictures of a file are made. */
  private async watch(item: Item): Promise<void> {
    const { stop, saved } = item;
    const id = saved.ticket?.media.id;
    if (id === undefined) return;
    this.set(item, { phase: 'processing' });
    for (let looks = 0; looks < maxLooks; looks++) {
      await pause(this.parts.clock, 1_000 + backoff(looks, this.parts.random), stop.signal);
      if (stop.signal.aborted) return;
      try {
        const { media } = await this.parts.api.ask(documents.uploadStanding, { id }, { signal: stop.signal });
        if (media === null || this.settled(item, media)) return;
      } catch (thrown) {
        const error = apiError(thrown);
        if (stop.signal.aborted) return;
        if (!worthAnotherTry(error, true)) return this.end(item, 'done', {}); // it arrived; we cannot see more
      }
    }
    this.end(item, 'done');
  }
}
