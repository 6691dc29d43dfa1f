import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** What does not get smaller stays as it is: pictures and woff2. */
const text = /\.(html|js|css|svg|json|ttf|wasm)$/;

/** compress writes beside each file that was built its .br and its .gz. */
export function compress(): Plugin {
  let dir = '';
  return {
    name: 'keepsake-compress',
    apply: 'build',
    configResolved(config) {
      dir = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      for (const name of await readdir(dir, { recursive: true })) {
        const path = join(dir, name);
        if (!text.test(name) || !(await stat(path)).isFile()) continue;
        const bytes = await readFile(path);
        await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
        }));
        await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
      }
    },
  };
}
