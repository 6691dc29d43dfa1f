// The script of the album page is small. It needs the build: make web.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** most is how much script the album page may load, all it ever loads, in bytes as brotli sends them. */
const most = 200_000;
const built = join(import.meta.dirname, "../../dist/app");

/** reached gives all scripts that a page loads at once or later. */
function reached(page: string): Set<string> {
  const all = readdirSync(join(built, "assets")).filter((f) => f.endsWith(".js"));
  const found = new Set<string>();
  const look = (text: string) => {
    for (const file of all) {
      if (found.has(file) || !text.includes(file)) continue;
      found.add(file);
      look(readFileSync(join(built, "assets", file), "utf8"));
    }
  };
  look(readFileSync(join(built, page), "utf8"));
  return found;
}

test("the script of the album page is at most 200 KB compressed", () => {
  const files = reached("album.html");
  const bytes = [...files].reduce((sum, file) => sum + statSync(join(built, "assets", `${file}.br`)).size, 0);
  console.log(`script of the album page: ${files.size} files, ${bytes} bytes`);
  expect(files.size).toBeGreaterThan(5);
  expect(bytes).toBeLessThanOrEqual(most);
  expect([...files].filter((f) => /graphiql|monaco|editor/.test(f))).toEqual([]);
});
