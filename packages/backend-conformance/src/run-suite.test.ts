import { cpu } from '@flambeau/backend-cpu';
import { expect, test } from 'vitest';
import { type PostedMessage, postSuite } from './post-suite.ts';
import type { ReportLine } from './report.ts';
import { totalsOf } from './report.ts';
import { runSuite } from './run-suite.ts';

const backend = { name: 'mine', create: cpu };

test('runs what is named, and tells of every cell as it has run', async () => {
  const seen: [ReportLine, number, number][] = [];
  const report = await runSuite(backend, {
    only: ['tanh', 'training of a perceptron'],
    onCell: (line, { done, total }) => void seen.push([line, done, total]),
  });
  expect(seen.map(([line]) => line)).toEqual(report.lines);
  expect(seen.map(([, done]) => done)).toEqual(report.lines.map((_, i) => i + 1));
  expect(seen[0]?.[2]).toBe(report.lines.length);
  expect(new Set(report.lines.map(({ subject }) => subject))).toEqual(
    new Set(['tanh', 'training of a perceptron']),
  );
  expect(totalsOf(report).cells).toMatchObject({ fail: 0, xfail: 0 });
});

test('an op that no function is named after brings the functions that prove it', async () => {
  const { lines } = await runSuite(backend, { only: ['clampMax'] });
  const subjects = new Set(lines.map(({ subject }) => subject));
  expect(subjects).toContain('clampMax');
  expect(subjects.size).toBeGreaterThan(1);
});

test('a family, or a kind of check, stands for all that is in it', async () => {
  const { lines } = await runSuite(backend, { only: ['storage', 'rounding'] });
  const subjects = new Set(lines.map(({ subject }) => subject));
  expect(subjects).toContain('a disposed tensor is refused');
  expect(subjects).toContain('floor');
  expect(subjects).not.toContain('tanh');
});

test('a name that there is not is refused, and so is a backend that cannot be made', async () => {
  await expect(runSuite(backend, { only: ['tanhh', 'tanh'] })).rejects.toThrow("nothing is called 'tanhh'");
  const create = (): never => {
    throw new Error('no adapter');
  };
  await expect(runSuite({ name: 'gone', create }, { only: ['tanh'] })).rejects.toThrow('no adapter');
});

test('where only messages get out, they can be cloned, and end with the matrix or with an error', async () => {
  const posted: PostedMessage[] = [];
  const post = (message: PostedMessage): void => void posted.push(structuredClone(message));
  const report = await postSuite(backend, post, { only: ['tanh'] });
  expect(posted.slice(0, -1).map((message) => message.type === 'cell' && message.line)).toEqual(
    report?.lines,
  );
  expect(posted.at(-1)).toMatchObject({ type: 'done', backend: 'mine', totals: { cells: { fail: 0 } } });
  const last = posted.at(-1);
  expect(last?.type === 'done' && last.matrix.length).toBe(18);

  expect(await postSuite(backend, post, { only: ['tanhh'] })).toBeNull();
  expect(posted.at(-1)).toMatchObject({
    type: 'error',
    message: expect.stringMatching(/^TypeError: .*'tanhh'/),
  });
});
