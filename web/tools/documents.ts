import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { runnerImport, type Plugin } from 'vite';

/** Where documents are, each as an export. */
const sources = ['src/client/documents.ts', 'src/gql/graphql.ts'];
/** The explorer's own, which are of no use where only known documents are taken. */
const explorers = /^\s*\w+ Explorer/;
const operation = /^\s*(query|mutation|subscription) /;

/**
 * documents writes documents.json, the texts of the album page's documents by their
 * SHA-256: the server takes them where it takes only known ones. They come from the
 * modules that the page sends them from.
 */
export function documents(): Plugin {
  let root = '';
  return {
    name: 'keepsake-documents',
    apply: 'build',
    configResolved(config) {
      root = config.root;
    },
    async generateBundle() {
      const texts = [];
      for (const source of sources) {
        const { module } = await runnerImport<Record<string, unknown>>(join(root, source));
        texts.push(...Object.values(module).map(String));
      }
      const asked = texts.filter((text) => operation.test(text) && !explorers.test(text));
      const byHash = asked.map((text) => [createHash('sha256').update(text).digest('hex'), text] as const);
      this.emitFile({ type: 'asset', fileName: 'documents.json', source: JSON.stringify(Object.fromEntries(byHash.sort())) });
    },
  };
}
