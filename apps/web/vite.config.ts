import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

const source = '@flambeau/source'; // packages resolve to their sources: no build needed
const conditions = [source, ...defaultClientConditions];
const page = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: page('.'),
  base: './',
  appType: 'mpa',
  resolve: { conditions },
  worker: {
    format: 'es',
    rolldownOptions: { checks: { invalidAnnotation: false } },
  },
  build: {
    target: 'es2022',
    rolldownOptions: {
      checks: { invalidAnnotation: false, pluginTimings: false },
      input: [page('index.html'), page('regression/index.html')],
    },
  },
});
