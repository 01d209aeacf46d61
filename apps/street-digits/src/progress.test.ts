import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { formatTime, type ProgressStream, showProgress } from './progress.ts';

function recorder(isTTY: boolean): { stream: ProgressStream; text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 200 }), text: () => chunks.join('') };
}

const work = { title: 'epoch 1/2', total: 400, unit: ' pictures' };

test('on a terminal it is a bar with rate, time left and a note', () => {
  const { stream, text } = recorder(true);
  let time = 0;
  const progress = showProgress(work, stream, () => time);
  time = 2000;
  progress.update(100, 'loss 0.812');
  progress.stop();
  expect(text()).toContain('] 25% · 100/400 · 50 pictures/s · 0:06 left · loss 0.812');
});

test('elsewhere it is a line now and then, and none at the end', () => {
  const { stream, text } = recorder(false);
  let time = 0;
  const progress = showProgress(work, stream, () => time);
  for (let done = 0; done <= 400; done += 10) {
    time += 1000;
    progress.update(done);
  }
  progress.stop();
  expect(text().split('\n')).toEqual([
    'epoch 1/2 35% · 140/400 · 9 pictures/s · 0:28 left',
    'epoch 1/2 72% · 290/400 · 10 pictures/s · 0:11 left',
    '',
  ]);
});

test('short work is silent where there is no terminal', () => {
  const { stream, text } = recorder(false);
  const progress = showProgress(work, stream, () => 0);
  progress.update(200);
  progress.stop();
  expect(text()).toBe('');
});

test('amounts can be written as the work wants', () => {
  const { stream, text } = recorder(false);
  let time = 0;
  const progress = showProgress(
    { title: 'file', total: 4e6, unit: '', format: (n) => `${n / 1e6} MB` },
    stream,
    () => time,
  );
  time = 20_000;
  progress.update(2e6);
  expect(text()).toBe('file 50% · 2 MB/4 MB · 0.1 MB/s · 0:20 left\n');
});

test.each([
  [5, '0:05'],
  [59.6, '1:00'],
  [3600, '1:00:00'],
  [3725, '1:02:05'],
])('%d s is written %s', (seconds, text) => {
  expect(formatTime(seconds)).toBe(text);
});
