import type { Plugin } from 'vite';

/**
 * preload has the album page fetch at once what its first module imports later, and
 * what those modules import: all of it comes side by side.
 */
export function preload(...modules: string[]): Plugin {
  return {
    name: 'keepsake-preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {}, chunk: entry }) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        if (!entry?.moduleIds.some((id) => id.endsWith('src/album/main.ts'))) return;
        const wanted = chunks.filter((chunk) => chunk.moduleIds.some((id) => modules.some((module) => id.endsWith(module))));
        const files = new Set(wanted.flatMap((chunk) => [chunk.fileName, ...chunk.imports]));
        return [...files]
          .filter((file) => !html.includes(file))
          .map((file) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` }, injectTo: 'head' as const }));
      },
    },
  };
}
