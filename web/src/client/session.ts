import type { Api, Identity } from './api';
import type { Clock } from './clock';
import * as documents from './documents';
import { ApiError } from './errors';
import { parseKept, type Kept } from './kept';
import type { Person } from './model';
import { observable, type Observable } from './observable';
import type { Locks, TextStore } from './ports';
import { endsSession } from './retry';

/** Who is signed in, on this device, in all of its tabs. */
export type SessionState = { phase: 'loading' } | { phase: 'out'; expired: boolean } | { phase: 'in'; user: Person };

export interface Session {
  /** `expired` is true of `out` when the session ended by itself: ask to sign in, and go on. */
  readonly state: Observable<SessionState>;
  signUp(input: { name: string; password: string; displayName?: string }): Promise<Person>;
  signIn(input: { name: string; password: string }): Promise<Person>;
  /** Forgets the session here even if the server cannot be told; `everywhere` throws then. */
  signOut(options?: { everywhere?: boolean }): Promise<void>;
}

export interface SessionParts {
  /** The API as nobody. */
  bare: Api;
  /** The API with this one token, which is not renewed. */
  as: (token: string) => Api;
  store: TextStore;
  locks: Locks;
  clock: Clock;
  /** Makes a key of idempotency; null where the server takes none. */
  newKey: (() => string) | null;
}

/** A token that ends sooner than this is renewed before a socket opens with it. In milliseconds. */
const soon = 60_000;

/** The session of a person, and the identity of their requests. */
export class MemberSession implements Session, Identity {
  private readonly current = observable<SessionState>({ phase: 'loading' });
  readonly state: Observable<SessionState> = this.current;
  private kept: Kept | null = null;
  private readonly loaded: Promise<void>;
  private readonly unwatch: () => void;

  constructor(private readonly parts: SessionParts) {
    this.loaded = this.reload();
    this.unwatch = parts.store.watch(() => void this.reload());
  }

  /** Ends the watching of the store. */
  stop(): void {
    this.unwatch();
  }

  async signUp(input: { name: string; password: string; displayName?: string }): Promise<Person> {
    return this.enter((await this.parts.bare.ask(documents.signUp, { input })).signUp.session);
  }

  async signIn(input: { name: string; password: string }): Promise<Person> {
    return this.enter((await this.parts.bare.ask(documents.signIn, { input })).signIn.session);
  }

  async signOut({ everywhere = false } = {}): Promise<void> {
    await this.loaded;
    try {
      const token = await this.fresh();
      if (token !== null) await this.parts.as(token).ask(documents.signOut, { input: { everywhere } }, { repeatable: true });
    } catch (error) {
      const over = error instanceof ApiError && endsSession(error.code);
      if (everywhere && !over) throw error;
    }
    await this.keep(null, false);
  }

  async token(): Promise<string | null> {
    await this.loaded;
    return this.kept?.accessToken ?? null;
  }

  async fresh(): Promise<string | null> {
    await this.loaded;
    const { kept } = this;
    if (kept === null) return null;
    const now = this.parts.clock.now();
    // A clock that is wrong makes it seem ended for ever: one that was just got is good.
    if (now < kept.endsAt - soon || now < kept.gotAt + soon) return kept.accessToken;
    return this.renew(kept.accessToken);
  }

  renew(expired: string): Promise<string | null> {
    return this.parts.locks.run('keepsake-session', async () => {
      await this.reload(); // another tab may have done it meanwhile
      if (this.kept === null || this.kept.accessToken !== expired) return this.kept?.accessToken ?? null;
      return this.trade(this.kept);
    });
  }

  async lost(token: string): Promise<void> {
    await this.reload();
    if (this.kept?.accessToken === token) await this.keep(null, true);
  }

  private async trade({ refreshToken, refreshKey }: Kept): Promise<string> {
    const input = { refreshToken, ...(refreshKey !== null && { idempotencyKey: refreshKey }) };
    try {
      const { refreshSession } = await this.parts.bare.ask(documents.refreshSession, { input });
      await this.enter(refreshSession.session);
      return refreshSession.session.accessToken;
    } catch (error) {
      if (error instanceof ApiError && endsSession(error.code)) await this.keep(null, true);
      throw error;
    }
  }

  private async enter(tokens: documents.Tokens): Promise<Person> {
    await this.keep({
      accessToken: tokens.accessToken,
      gotAt: this.parts.clock.now(),
      endsAt: Date.parse(tokens.accessTokenExpiresAt),
      refreshToken: tokens.refreshToken,
      refreshKey: this.parts.newKey?.() ?? null,
      user: tokens.user,
    }, false);
    return tokens.user;
  }

  private async keep(kept: Kept | null, expired: boolean): Promise<void> {
    await this.parts.store.save(kept && JSON.stringify(kept));
    this.show(kept, expired);
  }

  /** Reads what this or another tab has kept. */
  private async reload(): Promise<void> {
    const kept = parseKept(await this.parts.store.load());
    if (kept?.accessToken !== this.kept?.accessToken || this.current.get().phase === 'loading') this.show(kept, false);
  }

  private show(kept: Kept | null, expired: boolean): void {
    this.kept = kept;
    const now = this.current.get();
    if (kept === null) {
      if (now.phase !== 'out' || expired !== now.expired) this.current.set({ phase: 'out', expired });
    } else if (now.phase !== 'in' || JSON.stringify(now.user) !== JSON.stringify(kept.user)) {
      this.current.set({ phase: 'in', user: kept.user });
    }
  }
}

/** The identity of who opened a link: its token is renewed by opening the link again. */
export class VisitIdentity implements Identity {
  private opening: Promise<string> | null = null;

  constructor(
    private opened: documents.OpenedShare,
    private readonly reopen: () => Promise<documents.OpenedShare>,
    private readonly clock: Clock,
    private gotAt = clock.now(),
  ) {}

  async token(): Promise<string> {
    return this.opened.accessToken;
  }

  async fresh(): Promise<string> {
    const now = this.clock.now();
    if (now < Date.parse(this.opened.accessTokenExpiresAt) - soon || now < this.gotAt + soon) return this.opened.accessToken;
    return this.renew(this.opened.accessToken);
  }

  async renew(expired: string): Promise<string> {
    if (this.opened.accessToken !== expired) return this.opened.accessToken;
    this.opening ??= this.reopen()
      .then((opened) => {
        [this.opened, this.gotAt] = [opened, this.clock.now()];
        return opened.accessToken;
      })
      .finally(() => (this.opening = null));
    return this.opening;
  }

  async lost(): Promise<void> {
    // The link was closed: what is followed ends by itself.
  }
}
