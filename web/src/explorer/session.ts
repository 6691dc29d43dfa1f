import {
  ExplorerRefreshDocument, ExplorerSignInDocument, ExplorerSignOutDocument, ExplorerSignUpDocument,
  type ExplorerSessionFragment, type TypedDocumentString,
} from '../gql/graphql.ts';

/** Who the explorer asks as. */
export interface Session {
  /** The name others see; empty where a token was pasted. */
  name: string;
  accessToken: string;
  /** What the session goes on with: none where a token was pasted. */
  refreshToken?: string;
  /** When the access token ends, in milliseconds since 1970. */
  expiresAt?: number;
}

/** Kept as long as the tab: what was typed in one tab is not known in another. */
const key = 'keepsake.explorer.session';

/** An access token is traded in when it has less than this left, in milliseconds. */
const margin = 30_000;

let session = read();
let refreshing: Promise<void> | undefined;
const listeners = new Set<() => void>();

function read(): Session | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as Session | null;
  } catch {
    return null; // not ours, or storage is switched off
  }
}

function set(next: Session | null) {
  session = next;
  try {
    sessionStorage.setItem(key, JSON.stringify(next));
  } catch {
    // Storage is switched off: the session ends with the page.
  }
  for (const listener of listeners) listener();
}

/** current is the session, or null. */
export const current = () => session;

/** onChange calls a listener when the session has changed, until what it returns is called. */
export function onChange(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** paste takes an access token that somebody has. */
export function paste(accessToken: string) {
  set({ name: '', accessToken: accessToken.replace(/^Bearer\s+/i, '').trim() });
}

/** signUp makes an account and signs in to it. It throws what the server says. */
export async function signUp(name: string, password: string) {
  take((await ask(ExplorerSignUpDocument, { name, password })).signUp.session);
}

/** signIn signs in. It throws what the server says. */
export async function signIn(name: string, password: string) {
  take((await ask(ExplorerSignInDocument, { name, password })).signIn.session);
}

/** signOut ends the session here, and at the server if it can be reached. */
export async function signOut() {
  const token = session?.accessToken;
  set(null);
  if (token) await ask(ExplorerSignOutDocument, {}, token).catch(() => undefined);
}

/** token is an access token that holds, or undefined where nobody is signed in. */
export async function token(): Promise<string | undefined> {
  if (session?.refreshToken && (session.expiresAt ?? 0) < Date.now() + margin) {
    refreshing ??= refresh(session.refreshToken).finally(() => (refreshing = undefined));
    await refreshing;
  }
  return session?.accessToken;
}

async function refresh(refreshToken: string) {
  try {
    take((await ask(ExplorerRefreshDocument, { refreshToken })).refreshSession.session);
  } catch {
    set(null); // it is at its end, or was used from elsewhere
  }
}

/** take makes what a mutation gave the session. */
export function take(s: ExplorerSessionFragment) {
  set({
    name: s.user.displayName,
    accessToken: s.accessToken,
    refreshToken: s.refreshToken,
    expiresAt: Date.parse(s.accessTokenExpiresAt),
  });
}

/** ask runs a query or mutation. It throws what the server says. */
export async function ask<T, V>(document: TypedDocumentString<T, V> | string, variables: V, accessToken?: string): Promise<T> {
  const answer = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(accessToken && { Authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: T; errors?: { message: string }[] };
  if (errors?.[0] || !data) throw new Error(errors?.[0]?.message ?? 'The server gave no answer.');
  return data;
}
