import type { Person } from './model';

/** The name that the session is kept by on the device. */
export const keptAs = 'keepsake.session';

/** What is kept of a session. */
export interface Kept {
  accessToken: string;
  /** By this device's clock: when it was got, and when it ends. */
  gotAt: number;
  endsAt: number;
  refreshToken: string;
  /** The key that the refresh token is traded with: a try whose answer was lost is the same try again. */
  refreshKey: string | null;
  user: Person;
}

/** What was kept, or null for what an older version or somebody else wrote. */
export function parseKept(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<Kept> | null;
    if (typeof kept?.accessToken !== 'string' || typeof kept.refreshToken !== 'string' || !kept.user) return null;
    return { gotAt: 0, endsAt: 0, refreshKey: null, ...kept } as Kept;
  } catch {
    return null;
  }
}
