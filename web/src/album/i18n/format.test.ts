import { expect, test } from 'vitest';
import { makeFormat } from './format';
import { languages } from './language';

test('days and numbers are written as Intl writes them', () => {
  for (const language of languages) {
    const format = makeFormat(language);
    for (let month = 0; month < 12; month++) {
      const at = new Date(2026, month, 1 + 2 * month, 12);
      expect(format.date(at.toISOString())).toBe(new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(at));
    }
    for (const n of [0, 7, 999, 1000, 1234567]) expect(format.number(n)).toBe(n.toLocaleString(language));
  }
});
