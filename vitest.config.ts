import { defaultServerConditions } from 'vite';
import { configDefaults, defineConfig } from 'vitest/config';
import { useSoftwareVulkan } from './tests/vulkan-env.ts';

useSoftwareVulkan();

const source = '@flambeau/source'; // packages resolve to their sources: no build needed
const conditions = [source, ...defaultServerConditions];
const exclude = [...configDefaults.exclude, '**/dist/**', '**/*.browser.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions, externalConditions: conditions } },
        test: {
          name: 'unit',
          include: ['{packages,apps,examples}/*/{src,test}/**/*.test.ts', '{tests,tools,bench}/**/*.test.ts'],
          exclude: [...exclude, 'tests/consumers/**'],
          pool: 'forks',
          // --expose-gc: collection tests. The condition: what real workers and child imports resolve.
          execArgv: ['--expose-gc', `--conditions=${source}`],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // From the built packages, packed: these build what they need first.
        test: {
          name: 'consumers',
          include: ['tests/consumers/**/*.test.ts'],
          exclude,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
