import { bounded, retryAfterIn } from '../bounded';
import { pause, type Clock } from '../clock';
import type { Ticket } from '../documents';
import { ApiError } from '../errors';
import { backoff, worthAnotherTry } from '../retry';

export interface SendParts {
  fetch: typeof fetch;
  clock: Clock;
  random: () => number;
}

/** One file on its way, and whom to tell. */
export interface Sending {
  blob: Blob;
  ticket: Ticket;
  /** Where chunks go, if that is known from before. */
  location: string | null;
  signal: AbortSignal;
  /** So many bytes have arrived. */
  sent(bytes: number): void;
  /** Chunks go to this address from now on, or to none that is known. */
  located(location: string | null): Promise<void>;
  /** A try failed and another follows. */
  troubled(error: ApiError): void;
}

/** Files beyond this go in chunks, in bytes: a break costs no more than about this much. */
export const maxPut = 2 << 20;
/** About so large is a chunk, in bytes: a multiple of the ticket's unit. */
const chunkSize = 4 << 20;
/** How long one request may take, in milliseconds: 4 MiB at 35 KB/s. */
const requestLimit = 120_000;

/** An answer of no good: `final` if the same will not do. */
class Refused extends Error {
  constructor(readonly status: number, readonly error: ApiError, readonly final: boolean) {
    super(error.message);
  }
}

/**
 * Sends the bytes of a file, again and again until they are there, the ticket has
 * ended (UPLOAD_EXPIRED) or the server says that it will not do: throws ApiError,
 * ABORTED by the signal.
 */
export async function send(parts: SendParts, s: Sending): Promise<void> {
  const way = s.ticket.method === 'CHUNKS' ? new Chunks(parts, s) : new Put(parts, s);
  const ends = s.ticket.expiresAt === null ? Infinity : Date.parse(s.ticket.expiresAt);
  for (let tries = 0; ; tries++) {
    const before = way.arrived;
    try {
      return await way.go();
    } catch (thrown) {
      if (s.signal.aborted) throw new ApiError('ABORTED');
      const refused = thrown instanceof Refused ? thrown : null;
      if (refused?.final) throw refused.error;
      const error = refused?.error ?? (thrown instanceof ApiError ? thrown : new ApiError('NETWORK', { message: String(thrown) }));
      if (refused === null && !worthAnotherTry(error, true)) throw error;
      await readable(s.blob);
      if (way.arrived > before) tries = 0;
      const wait = backoff(tries, parts.random, error.retryAfter);
      if (parts.clock.now() + wait > ends) throw new ApiError('UPLOAD_EXPIRED');
      s.troubled(error);
      await pause(parts.clock, wait, s.signal);
      if (s.signal.aborted) throw new ApiError('ABORTED');
    }
  }
}

/** A file that was changed or removed looks like a network that fails. Throws FILE_UNREADABLE. */
async function readable(blob: Blob): Promise<void> {
  try {
    await blob.slice(0, 1).arrayBuffer();
  } catch (error) {
    throw new ApiError('FILE_UNREADABLE', { message: String(error) });
  }
}

const headersOf = (t: Ticket): Record<string, string> => Object.fromEntries(t.headers.map((h) => [h.name, h.value]));

/** The whole file in one request. */
class Put {
  arrived = 0;
  constructor(private readonly parts: SendParts, private readonly s: Sending) {}

  async go(): Promise<void> {
    const { ticket, blob } = this.s;
    const answer = await request(this.parts, this.s, ticket.url ?? '', { method: 'PUT', headers: headersOf(ticket), body: blob });
    if (!answer.ok) throw await refusal(answer);
    this.s.sent(blob.size);
  }
}

/** Chunk after chunk. After a break, and after a reload, the server is asked how much has arrived. */
class Chunks {
  arrived = 0;
  private location: string | null;
  private sure = false; // that the server has `arrived`
  constructor(private readonly parts: SendParts, private readonly s: Sending) {
    this.location = s.location;
  }

  async go(): Promise<void> {
    const { blob } = this.s;
    if (this.location === null) await this.start();
    else if (!this.sure && (await this.arrives(`bytes */${blob.size}`))) return;
    const unit = this.s.ticket.chunkUnit ?? 256 << 10;
    const size = Math.max(unit, chunkSize - (chunkSize % unit));
    for (;;) {
      this.sure = false;
      const end = Math.min(this.arrived + size, blob.size);
      const range = `bytes ${this.arrived}-${end - 1}/${blob.size}`;
      if (await this.arrives(range, blob.slice(this.arrived, end))) return;
    }
  }

  private async start(): Promise<void> {
    const { ticket } = this.s;
    const answer = await request(this.parts, this.s, ticket.url ?? '', { method: 'POST', headers: headersOf(ticket) });
    if (!answer.ok) throw await refusal(answer);
    const location = answer.headers.get('Location');
    if (location === null) throw new ApiError('BAD_ANSWER', { message: 'no Location' });
    this.location = new URL(location, ticket.url ?? undefined).href;
    this.arrived = 0;
    await this.s.located(this.location);
  }

  /** Sends a chunk, or asks; takes how much has arrived. True if that is all. */
  private async arrives(range: string, body?: Blob): Promise<boolean> {
    const answer = await request(this.parts, this.s, this.location ?? '', {
      method: 'PUT', headers: { 'Content-Range': range }, ...(body && { body }),
    });
    if (answer.ok) {
      this.s.sent((this.arrived = this.s.blob.size));
      return true;
    }
    if (answer.status === 404 || answer.status === 410) {
      // The server does not know the place any more: from the start, at a new one.
      [this.location, this.arrived] = [null, 0];
      await this.s.located(null);
      throw new Refused(answer.status, new ApiError('UNAVAILABLE', { status: answer.status }), false);
    }
    if (answer.status !== 308) throw await refusal(answer);
    const last = /^bytes=0-(\d+)$/.exec(answer.headers.get('Range') ?? '')?.[1];
    const arrived = last === undefined ? 0 : Number(last) + 1;
    if (body !== undefined && arrived <= this.arrived) {
      throw new Refused(308, new ApiError('UNAVAILABLE', { message: 'nothing of a chunk arrived' }), false);
    }
    this.arrived = arrived;
    this.sure = true;
    this.s.sent(arrived);
    return false;
  }
}

/** One request, bounded in time; its answer's body is not read. */
const request = (parts: SendParts, s: Sending, url: string, init: RequestInit): Promise<Response> =>
  bounded(parts.clock, requestLimit, s.signal, (stop) => parts.fetch(url, { ...init, credentials: 'omit', signal: stop }));

/** What an answer says that is not 2xx: our server in its JSON, a bucket by its status alone. */
async function refusal(answer: Response): Promise<Refused> {
  const { status } = answer;
  const said = await answer.json().catch(() => null) as { error?: { code?: string } } | null;
  const details = { status, ...retryAfterIn(answer.headers) };
  const final = status >= 400 && status < 500 && status !== 408 && status !== 429;
  const byStatus = final ? (status === 401 || status === 403 ? 'UPLOAD_EXPIRED' : 'UPLOAD_MISMATCH') : 'UNAVAILABLE';
  const code = said?.error?.code ?? byStatus;
  // An address that is past its time is one to be asked for anew.
  return new Refused(status, new ApiError(code === 'FORBIDDEN' ? 'UPLOAD_EXPIRED' : code, details), final);
}
