import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { groups } from './tools/chunks.ts';
import { compress } from './tools/compress.ts';
import { documents } from './tools/documents.ts';
import { preload } from './tools/preload.ts';

// Two pages of one build, so that neither loads what only the other needs.
export default defineConfig({
  plugins: [react(), preload('src/album/open.ts', 'src/album/draw.tsx'), documents(), compress()],
  publicDir: false,
  build: {
    outDir: 'dist/app', // beside dist/README.md, which is there for go:embed before anything is built
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // what a page shows has an address, which its policy allows by 'self'
    chunkSizeWarningLimit: 4096, // in KB: the editor of the explorer
    rolldownOptions: {
      input: ['album.html', 'graphiql.html'],
      output: { codeSplitting: { groups } },
    },
  },
  server: {
    proxy: {
      '/graphql': { target: 'http://127.0.0.1:8080', ws: true, changeOrigin: false },
      '/media': 'http://127.0.0.1:8080',
      '/archives': 'http://127.0.0.1:8080',
    },
  },
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
