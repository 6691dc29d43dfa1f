// What is said of an album below its title.

import type { Album } from '../../client';
import type { Catalogue } from '../i18n/en';
import type { Format } from '../i18n/format';

/** factsOf gives them one by one; visitors of a link are not told how many members there are. */
export function factsOf(t: Catalogue, format: Format, album: Album, visiting: boolean): string[] {
  return [
    t.photos(album.mediaCount),
    ...(visiting ? [] : [t.memberCount(album.memberCount)]),
    format.date(album.createdAt),
  ];
}
