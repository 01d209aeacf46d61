import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';

describe('a program that uses worker kernels', () => {
  const program = `
    import { wasm } from '@flambeau/backend-wasm';
    import { fromTyped } from '@flambeau/core';
    const device = await wasm({ threads: 2 });
    const x = fromTyped(new Float32Array(200_000).fill(3), [200_000], { device });
    const sum = await x.mul(x).add(1).sum().item();
    console.log(JSON.stringify({ sum, threads: device.report().threads, failures: device.report().threadFailures }));
  `;
  const interpreters = [process.execPath, '/usr/bin/node'].filter(
    (path, i, all) => existsSync(path) && all.indexOf(path) === i,
  );

  test.each([true, false])(
    'works as one bundled file and exits by itself (minified: %s)',
    async (minify) => {
      const folder = mkdtempSync(join(tmpdir(), 'flambeau-workers-'));
      try {
        const file = join(folder, 'bundle.mjs');
        const bundled = await build({
          stdin: {
            contents: program,
            resolveDir: fileURLToPath(new URL('.', import.meta.url)),
            loader: 'ts',
          },
          bundle: true,
          minify,
          keepNames: true,
          format: 'esm',
          platform: 'neutral',
          target: 'es2022',
          write: false,
          conditions: ['@flambeau/source'],
        });
        writeFileSync(file, (bundled.outputFiles[0] as { contents: Uint8Array }).contents);
        for (const interpreter of interpreters) {
          const { status, stdout, stderr } = spawnSync(interpreter, [file], {
            encoding: 'utf8',
            timeout: 20_000,
            cwd: folder,
          });
          expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
          expect(JSON.parse(stdout)).toEqual({ sum: 2_000_000, threads: 2, failures: [] });
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
