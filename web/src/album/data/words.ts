// Media and people in words.

import type { Catalogue } from '../i18n/en';

interface Described {
  kind: 'PHOTO' | 'VIDEO';
  caption: string;
  owner?: { displayName: string };
}

/** nameOf gives what a person is called. */
export function nameOf(t: Catalogue, person: { displayName: string } | null | undefined): string {
  return person?.displayName || t.nobody;
}

/** describe says what a medium is, for those who do not see it. */
export function describe(t: Catalogue, medium: Described): string {
  if (medium.caption) return medium.caption;
  const who = nameOf(t, medium.owner);
  return medium.kind === 'VIDEO' ? t.media.videoBy(who) : t.media.photoBy(who);
}
