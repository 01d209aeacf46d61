import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveCheckpoint, tensor } from 'flambeau';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crc32, encodePng } from './data/png.ts';
import { MatBuilder } from './data/testing/mat-builder.ts';
import { runHere } from './testing/run-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'street-digits-bad-'));
const home = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

const write = (path: string, content: Uint8Array | string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
};

beforeAll(async () => {
  const trained = await runHere(['train', '--limit', '16', '--epochs', '1', '--out', 'run']);
  expect(trained.code).toBe(0);
  const [best, last] = ['best', 'last'].map(
    (name) => new Uint8Array(readFileSync(join(folder, `run/${name}.safetensors`))),
  );

  const mat = new MatBuilder();
  const file = (labels: number[]): Uint8Array => {
    const pictures = new Uint8Array(3072 * labels.length).fill(7);
    const x = mat.array('X', [32, 32, 3, labels.length], 9, 2, pictures);
    return mat.file(
      mat.compressed(x),
      mat.compressed(mat.array('y', [labels.length, 1], 9, 2, Uint8Array.from(labels))),
    );
  };
  const sound = file([1, 2, 10, 4, 5, 6, 7, 8, 9, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3]);
  const bomb = mat.array('X', [32, 32, 3, 2 ** 30], 9, 2, new Uint8Array(8));
  write('truncated/train_32x32.mat', sound.subarray(0, sound.length - 40));
  write('hostile/train_32x32.mat', mat.file(mat.compressed(bomb)));
  write('labels/train_32x32.mat', file([1, 11]));
  write('text/train_32x32.mat', 'not a MAT-file');
  write('half/train_32x32.mat', sound);
  write('other/train_32x32.mat', mat.file(mat.array('z', [1, 1], 9, 2, Uint8Array.of(1))));

  const png = encodePng(new Uint8Array(3072), 32, 32);
  write('truncated.png', png.subarray(0, png.length - 20));
  write('text.png', 'no picture at all');
  const huge = png.slice();
  const header = new DataView(huge.buffer);
  header.setUint32(16, 2 ** 31 - 1);
  header.setUint32(29, crc32(huge.subarray(12, 29)));
  write('huge.png', huge);

  write('garbage.safetensors', new Uint8Array(100).fill(255));
  write('cut.safetensors', best!.subarray(0, best!.length / 2));
  write('empty.safetensors', '');
  const claims = best!.slice();
  claims[7] = 0x7f; // the header's length: 9·10¹⁸ bytes
  write('claims.safetensors', claims);
  write('foreign.safetensors', await saveCheckpoint({ kind: 'something else' }));
  const settings = {
    model: 'tiny',
    epochs: 1,
    batchSize: 1,
    lr: 1,
    seed: 0,
    patience: 1,
    folder: null,
    limit: null,
  };
  const parts = { kind: 'street-digits', version: 1, history: [], settings };
  write('shapes.safetensors', await saveCheckpoint({ ...parts, model: { '0.weight': tensor([1, 2]) } }));
  write(
    'settings.safetensors',
    await saveCheckpoint({ ...parts, settings: { ...settings, model: '__proto__' }, model: {} }),
  );
  write('cut/last.safetensors', last!.subarray(0, last!.length / 2));
  write('model/last.safetensors', best!);
});

const usage: [args: string, message: RegExp][] = [
  ['', /^Usage: digits/],
  ['trian', /unknown command 'trian'\n\(Did you mean train\?\)/],
  ['train --foo', /unknown option '--foo'/],
  ['train --epoch 3', /unknown option '--epoch'\n\(Did you mean --epochs\?\)/],
  ['train extra', /too many arguments for 'train'/],
  [
    'train --epochs many',
    /option '--epochs <n>' argument 'many' is invalid\. Expected an integer from 1 to 10000\./,
  ],
  ['train --epochs 0', /argument '0' is invalid\. Expected an integer from 1/],
  ['train --batch-size 1', /'1' is invalid\. Expected an integer from 2 to 65536/],
  ['train --lr 0', /'0' is invalid\. Expected a number above 0, at most 10/],
  ['train --lr=-1', /'-1' is invalid/],
  ['train --lr 1e400', /'1e400' is invalid/],
  ['train --seed 1.5', /'1\.5' is invalid/],
  ['train --model huge', /'huge' is invalid\. Allowed choices are tiny, small, base/],
  ['train --device tpu', /'tpu' is invalid\. Expected wasm, webgpu or cpu\./],
  ['recognise', /missing required argument 'picture'/],
  ['data sheet --count 0', /'0' is invalid/],
];

test.each(usage)('"digits %s" is refused with what to write instead', async (args, message) => {
  const { code, stdout, stderr } = await runHere(args.split(' ').filter(Boolean));
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.replace(/^error: /, '')).toMatch(message);
  expect(stderr).not.toMatch(/^ +at /m);
});

const faults: [args: string, message: RegExp][] = [
  [
    'train --data missing',
    /no such file: got .*missing\/train_32x32\.mat, expected a file of SVHN\. Run "data download" first\?/,
  ],
  ['train --data truncated', /truncated\/train_32x32\.mat: .*truncated/],
  ['train --data hostile', /hostile\/train_32x32\.mat: /],
  ['train --data labels', /labels\/train_32x32\.mat: .*label out of range: got 11 at 1, expected 1 to 10/],
  ['train --data text', /text\/train_32x32\.mat: /],
  ['train --data other', /variable X is missing: got z, expected X and y/],
  ['train --data half', /no such file: got .*half\/test_32x32\.mat/],
  ['train --out truncated.png', /EEXIST|ENOTDIR/],
  [
    'train --resume --out none',
    /resume: no run: got no last\.safetensors in none, expected one that "train" wrote/,
  ],
  ['train --resume --out run --seed 1', /resume: the run began with another seed: got 1, expected 0/],
  ['train --resume --out run --data half', /resume: the run began with another data folder/],
  ['train --resume --out cut', /cut\/last\.safetensors: loadCheckpoint\(\): /],
  ['train --resume --out model', /model\/last\.safetensors: readCheckpoint\(\): not a run: /],
  [
    'evaluate --out none',
    /no model: got no none\/best\.safetensors, expected a file that "train" wrote\. Run "train" first\?/,
  ],
  ['evaluate --out run --data missing', /no such file: got .*missing\/test_32x32\.mat/],
  ['evaluate --checkpoint garbage.safetensors', /garbage\.safetensors: loadCheckpoint\(\): /],
  ['evaluate --checkpoint cut.safetensors', /cut\.safetensors: loadCheckpoint\(\): /],
  ['evaluate --checkpoint empty.safetensors', /empty\.safetensors: loadCheckpoint\(\): /],
  ['evaluate --checkpoint claims.safetensors', /claims\.safetensors: loadCheckpoint\(\): /],
  [
    'evaluate --checkpoint foreign.safetensors',
    /foreign\.safetensors: readCheckpoint\(\): not a model of this program/,
  ],
  [
    'evaluate --checkpoint shapes.safetensors',
    /shapes\.safetensors: loadStateDict\(\): the dictionary does not fit/,
  ],
  [
    'evaluate --checkpoint settings.safetensors',
    /settings\.safetensors: readCheckpoint\(\): damaged checkpoint/,
  ],
  ['evaluate --checkpoint run', /EISDIR/],
  ['recognise --out run missing.png', /unreadable file: got ENOENT for missing\.png, expected a picture/],
  ['recognise --out run truncated.png', /truncated\.png: .*PNG is truncated/],
  ['recognise --out run text.png', /text\.png: .*not a picture/],
  ['recognise --out run huge.png', /huge\.png: .*picture is too large: got 2147483647×32 pixels/],
  ['recognise --out run run', /EISDIR/],
  ['data info --data missing', /no such file/],
];

test.each(faults)('"digits %s" ends with one line that says what is wrong', async (args, message) => {
  const { code, stderr } = await runHere(args.split(' '));
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^digits: [^\n]+\n$/);
  expect(code).toBe(1);
});

test('a download from where nobody answers ends with one line', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const source = ['--source', `http://localhost:${port}/`];
  const { code, stderr } = await runHere([
    'data',
    'download',
    '--data',
    'down',
    '--part',
    'train',
    ...source,
  ]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^digits: download\(\): no connection: got [^\n]+ from localhost:\d+, [^\n]+\n$/);
});

test('every command has its help', async () => {
  const commands = [
    '',
    'train',
    'evaluate',
    'recognise',
    'data',
    'data info',
    'data download',
    'data sheet',
    'demo',
  ];
  for (const command of commands) {
    const { code, stdout, stderr } = await runHere([...command.split(' ').filter(Boolean), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: digits ${command}`);
  }
});
