import type { Plugin } from 'vite';

/**
 * preload has the HTML that loads one module at once fetch another, which that one
 * imports later, and what it imports: the two come side by side.
 */
export function preload(module: string): Plugin {
  return {
    name: 'keepsake-preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {}, chunk: entry }) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const wanted = chunks.find((chunk) => chunk.moduleIds.some((id) => id.endsWith(module)));
        if (!wanted || !entry?.moduleIds.some((id) => id.endsWith('src/album/main.tsx'))) return;
        return [...wanted.imports, wanted.fileName]
          .filter((file) => !html.includes(file))
          .map((file) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` }, injectTo: 'head' as const }));
      },
    },
  };
}
