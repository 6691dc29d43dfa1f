// Which language is spoken: the person's choice, else the browser's.

import { en, type Catalogue } from './en';
import { zh } from './zh';

export type Language = 'en' | 'zh-CN';

/** languages are all there are, in the order of the switch. */
export const languages: readonly Language[] = ['zh-CN', 'en'];

export const catalogues: Readonly<Record<Language, Catalogue>> = { en, 'zh-CN': zh };

const key = 'keepsake.language';

/** pickLanguage takes a stored choice and the browser's list; English if none fits. */
export function pickLanguage(chosen: string | null, browser: readonly string[]): Language {
  for (const wish of [chosen ?? '', ...browser]) {
    if (/^zh\b/i.test(wish)) return 'zh-CN';
    if (/^en\b/i.test(wish)) return 'en';
  }
  return 'en';
}

/** readLanguage gives the language to begin with. */
export function readLanguage(): Language {
  return pickLanguage(read(), navigator.languages);
}

/** keepLanguage stores a choice, where the browser lets us. */
export function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(key, language);
  } catch {
    // Private windows may refuse: the choice then lasts as long as the page.
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
