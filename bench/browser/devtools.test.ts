import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { DevTools } from './devtools.ts';

function connected() {
  const [commands, answers] = [new PassThrough(), new PassThrough()];
  const browser = Object.assign(new EventEmitter(), { stdio: [null, null, null, commands, answers] });
  const tools = new DevTools(browser as unknown as ChildProcess);
  const say = (message: object): boolean => answers.write(`${JSON.stringify(message)}\0`);
  return { browser, commands, answers, tools, say };
}

describe('the DevTools protocol', () => {
  test('answers find the command that they belong to, however they are cut', async () => {
    const { commands, answers, tools, say } = connected();
    const first = tools.send('A', { x: 1 });
    const second = tools.send('B', {}, 'session');
    expect(String(commands.read())).toBe(
      '{"id":1,"method":"A","params":{"x":1}}\0{"id":2,"method":"B","params":{},"sessionId":"session"}\0',
    );
    say({ id: 2, result: { value: 'é' } });
    answers.write('{"id":1,"resu');
    answers.write('lt":{"value":1}}\0');
    expect(await Promise.all([first, second])).toEqual([{ value: 1 }, { value: 'é' }]);
    const refused = tools.send('C');
    say({ id: 3, error: { message: 'no such method' } });
    await expect(refused).rejects.toThrow('no such method');
  });

  test('events are told to those who wait for them in that session', async () => {
    const { tools, say } = connected();
    const loaded = tools.event('Page.loadEventFired', 'one').then(() => 'loaded');
    say({ method: 'Page.loadEventFired', sessionId: 'two' });
    const race = await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 10))]);
    expect(race).toBe(undefined);
    say({ method: 'Page.loadEventFired', sessionId: 'one' });
    expect(await loaded).toBe('loaded');
  });

  test('a crash, a closed page and the end of the browser reject what is waited for', async () => {
    const { browser, tools, say } = connected();
    const crashed = tools.send('Runtime.evaluate', {}, 'one');
    const closed = tools.send('Runtime.evaluate', {}, 'two');
    const abandoned = tools.send('Runtime.evaluate', {}, 'three');
    const other = tools.send('Runtime.evaluate', {}, 'four');
    say({ method: 'Inspector.targetCrashed', sessionId: 'one' });
    say({ method: 'Target.detachedFromTarget', params: { sessionId: 'two' } });
    tools.abandon('three', 'no answer');
    await expect(crashed).rejects.toThrow('the page crashed');
    await expect(closed).rejects.toThrow('the page was closed');
    await expect(abandoned).rejects.toThrow('no answer');
    browser.emit('exit');
    await expect(other).rejects.toThrow('the browser ended');
    await expect(tools.send('A')).rejects.toThrow('the browser ended');
  });
});
