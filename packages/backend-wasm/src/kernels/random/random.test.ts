import type { Device, Operand } from '@flambeau/core/functional';
import { fillThreefryUniform } from '@flambeau/core/functional';
import { beforeAll, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

/** What the kernel writes into memory of its own, and what it leaves behind it. */
function drawn(on: Device, size: number, key0: number, key1: number, offset: number): Float32Array {
  const { backend } = on;
  const block = backend.alloc('float32', size + 4);
  backend.write(block, new Float32Array(size + 4).fill(-1));
  const y: Operand = { block, dtype: 'float32', shape: [size], strides: [1], offset: 0, size };
  backend.kernels.randomUniform?.([], [y], { key0, key1, offset }, { ticket: 0 });
  const values = backend.readSync?.(block, 'float32', 0, size + 4) as Float32Array;
  backend.release(block);
  expect([...values.subarray(size)]).toEqual([-1, -1, -1, -1]);
  return values.subarray(0, size);
}

test('the numbers are those of the stream, whatever the key, the place and the size', () => {
  for (const [key0, key1] of [
    [0, 0],
    [42, 0],
    [0xffff_ffff, 0x8000_0001],
  ] as const) {
    for (const offset of [0, 1, 4, 12_345, 2 ** 31, 2 ** 32 - 6, 2 ** 40 + 3]) {
      for (const size of [0, 1, 2, 3, 4, 5, 17, 100]) {
        const expected = new Float32Array(size);
        fillThreefryUniform(expected, key0, key1, offset);
        expect(drawn(device, size, key0, key1, offset)).toEqual(expected);
      }
    }
  }
});

test('the number of threads changes nothing', () => {
  expect(drawn(threaded, 200_003, 7, 9, 2 ** 32 - 100_001)).toEqual(
    drawn(device, 200_003, 7, 9, 2 ** 32 - 100_001),
  );
});
