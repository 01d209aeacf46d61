import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { nodeCanvas } from './data/fonts-node.ts';
import { encodePng } from './data/png.ts';
import { syntheticDigits } from './data/synthetic.ts';
import { type Finished, runCli } from './testing/run-cli.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'street-digits-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quick = ['--limit', '32', '--batch-size', '16', '--epochs', '3', '--lr', '0.003', '--seed', '6'];

/** The lines of a run, without its times and its folder. */
function linesOf({ stdout }: Finished, out: string): string[] {
  return stdout.split('\n').map((line) => line.replace(/ {3}[\d.]+ s\b/, '').replaceAll(at(out), 'OUT'));
}

let straight: Finished;
beforeAll(async () => {
  straight = await runCli(['train', ...quick, '--out', at('straight')]);
});

describe('train', () => {
  test('prints a line for each epoch and ends with the accuracy on the test set', () => {
    expect(straight).toMatchObject({ code: 0, stderr: '' });
    const epochs = straight.stdout.split('\n').filter((line) => line.startsWith('epoch'));
    expect(epochs).toHaveLength(3);
    for (const line of epochs)
      expect(line).toMatch(
        /^epoch \d\/3 {3}loss \d\.\d{4} {2}accuracy [01]\.\d{3} {3}validation loss \d+\.\d{4} {2}accuracy [01]\.\d{3} {3}\d+\.\d s( {2}best)?$/,
      );
    expect(straight.stdout).toMatch(/\ntest accuracy [01]\.\d{3}\n$/);
    for (const file of ['last', 'previous', 'best'])
      expect(existsSync(at(`straight/${file}.safetensors`))).toBe(true);
  });

  test('prints the same for the same seed', async () => {
    const again = await runCli(['train', ...quick, '--out', at('again')]);
    expect(linesOf(again, 'again')).toEqual(linesOf(straight, 'straight'));
  });

  test('stopped by Ctrl-C and resumed, prints what it would have printed', async () => {
    const stopped = await runCli(['train', ...quick, '--out', at('stopped')], {
      faultyDisk: 'interrupt last.safetensors 1',
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toBe(
      `digits: training stopped; "train --resume --out ${at('stopped')}" goes on after the last finished epoch\n`,
    );
    expect(stopped.stdout).toContain('epoch 1/3');
    expect(stopped.stdout).not.toContain('epoch 2/3');
    const resumed = await runCli(['train', '--resume', '--out', at('stopped')]);
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(linesOf(resumed, 'stopped')).toEqual(linesOf(straight, 'straight'));
  });

  test('resumed after its end only tests again', async () => {
    const again = await runCli(['train', '--resume', '--out', at('straight')]);
    expect(linesOf(again, 'straight')).toEqual(linesOf(straight, 'straight'));
  });

  test('sets an earlier run aside', async () => {
    await runCli(['train', '--limit', '16', '--epochs', '1', '--out', at('twice')]);
    const best = readFileSync(at('twice/best.safetensors'));
    const second = await runCli([
      'train',
      '--limit',
      '16',
      '--epochs',
      '1',
      '--seed',
      '9',
      '--out',
      at('twice'),
    ]);
    expect(second.stdout).toContain(
      `the run that was in ${at('twice')} is now in ${at('twice/earlier-1')}\n`,
    );
    expect(readFileSync(at('twice/earlier-1/best.safetensors'))).toEqual(best);
    expect(readFileSync(at('twice/best.safetensors'))).not.toEqual(best);
  });
});

describe('evaluate', () => {
  test('gives the accuracy that training ended with, and writes the confusion matrix and the mistakes', async () => {
    const svg = readFileSync(at('straight/confusion.svg'), 'utf8');
    for (const file of ['confusion.svg', 'mistakes.png']) rmSync(at(`straight/${file}`));
    const evaluated = await runCli(['evaluate', '--limit', '32', '--out', at('straight')]);
    expect(evaluated).toMatchObject({ code: 0, stderr: '' });
    const last = (finished: Finished): string | undefined => finished.stdout.trimEnd().split('\n').at(-1);
    expect(last(evaluated)).toBe(last(straight));
    expect(readFileSync(at('straight/confusion.svg'), 'utf8')).toBe(svg);
    expect(readFileSync(at('straight/mistakes.png')).subarray(1, 4).toString()).toBe('PNG');
  });
});

describe('recognise', () => {
  test('prints the digit of each picture, with ten probabilities that add up to 1', async () => {
    const { images } = syntheticDigits({ seed: 1, start: 0, count: 1, canvas: nodeCanvas() });
    const rgb = Uint8Array.from({ length: 3072 }, (_, i) => images[(i % 3) * 1024 + Math.floor(i / 3)]!);
    for (const name of ['one.png', 'two.png']) writeFileSync(at(name), encodePng(rgb, 32, 32));
    const { code, stdout } = await runCli([
      'recognise',
      '--out',
      at('straight'),
      at('one.png'),
      at('two.png'),
    ]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(22);
    expect(lines[0]).toMatch(/one\.png: \d$/);
    expect(lines[11]!.at(-1)).toBe(lines[0]!.at(-1));
    const sum = lines.slice(1, 11).reduce((total, line) => total + Number(/([\d.]+) %/.exec(line)![1]), 0);
    expect(sum).toBeCloseTo(100, 0);
    expect(lines.slice(1, 11).find((line) => line.includes('▸'))).toContain(` ${lines[0]!.at(-1)} `);
  });
});

describe('data', () => {
  test('sheet writes a PNG of pictures drawn by lot', async () => {
    const { code, stdout } = await runCli(['data', 'sheet', '--count', '6', '--file', at('deep/sheet.png')]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `wrote ${at('deep/sheet.png')}\n` });
    expect(readFileSync(at('deep/sheet.png')).subarray(1, 4).toString()).toBe('PNG');
  });
});
