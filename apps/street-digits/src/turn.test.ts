import { afterEach, expect, test, vi } from 'vitest';
import { turn } from './turn.ts';

afterEach(() => vi.unstubAllGlobals());

/** Whether a message between two ports arrives while turns are taken. */
async function messageArrives(): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  let arrived = false;
  port1.onmessage = () => {
    arrived = true;
  };
  port2.postMessage(null);
  for (let i = 0; i < 100 && !arrived; i++) await turn();
  port1.close();
  return arrived;
}

test('messages have their turn in Node', async () => {
  expect(await messageArrives()).toBe(true);
});

test('messages and timers have their turn where there is no setImmediate, as in pages', async () => {
  vi.stubGlobal('setImmediate', undefined);
  expect(await messageArrives()).toBe(true);
  let fired = false;
  setTimeout(() => {
    fired = true;
  }, 1);
  const start = performance.now();
  while (!fired && performance.now() - start < 5000) await turn();
  expect(fired).toBe(true);
  await Promise.all([turn(), turn()]);
});
