/** writeCount writes a number. The small ones, which all languages here write alike, do without Intl: its first use takes some 15 ms. */
export function writeCount(n: number, language: string): string {
  return n < 1000 ? String(n) : n.toLocaleString(language);
}
