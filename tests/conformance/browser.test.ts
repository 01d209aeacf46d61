// The suite as a page or worker has it: bundled for browsers, with nothing of Node around it.
import { createContext, runInContext } from 'node:vm';
import type { PostedMessage } from '@flambeau/backend-conformance';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const program = `
import { postSuite } from '@flambeau/backend-conformance';
import { cpu } from '@flambeau/backend-cpu';
globalThis.finished = postSuite({ name: 'cpu', create: cpu }, (message) => postMessage(message), {
  only: ['tanh', 'gather', 'storage', 'training of a perceptron'],
});
`;

/** What is there beside the language itself, in pages and in workers. */
const webGlobals = { atob, performance, setTimeout, FinalizationRegistry, WeakRef };

test('postSuite runs from a bundle for browsers, golden values and all, and posts its lines', async () => {
  const { outputFiles, warnings } = await build({
    stdin: { contents: program, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    conditions: ['@flambeau/source'],
  });
  expect(warnings).toEqual([]);
  const posted: PostedMessage[] = [];
  const context = createContext({
    ...webGlobals,
    postMessage: (message: PostedMessage) => posted.push(message),
  });
  runInContext(outputFiles[0]?.text ?? '', context);
  await (context as { finished?: Promise<unknown> }).finished;
  const last = posted.at(-1);
  expect(last?.type === 'error' ? last.message : last?.type).toBe('done');
  if (last?.type !== 'done') return;
  expect(last.totals.cells).toMatchObject({ fail: 0, xfail: 0 });
  expect(last.totals.cases).toBeGreaterThan(200);
  expect(posted).toHaveLength(1 + last.totals.cells.pass + last.totals.cells.skip);
});
