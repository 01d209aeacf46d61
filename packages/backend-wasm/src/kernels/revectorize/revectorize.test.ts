import { createDevice, deferredMaps, fromTyped, matmul, spillingMemory } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { createWasmBackend } from '../../backend.ts';
import { LinearMemory } from '../../memory/linear-memory.ts';
import { compiledKernels } from '../compiled.ts';
import type { Compared } from './compare-paired.ts';
import { comparePaired } from './compare-paired.ts';
import type { Pairing } from './revectorize.ts';
import { tryPairing } from './revectorize.ts';

const none: Pairing['missing'] = () => null;

/** An engine's pairing with a comparison of which the outcome is given, and how it was switched. */
function pairing(compare: () => Compared, missing = none): Pairing & { readonly switched: boolean[] } {
  const switched: boolean[] = [];
  return { switched, missing, compare, set: (on) => void switched.push(on) };
}

const memory = new LinearMemory();
const right: Compared = { differing: null, wide: true };

describe('pairing vectors', () => {
  test('stays on where results are the same', () => {
    const engine = pairing(() => right);
    const late = `${compiledKernels()} kernels were compiled before revectorize: other devices keep their code`;
    const fallbacks = compiledKernels() > 0 ? [late] : [];
    expect(tryPairing(memory, engine)).toEqual({ on: true, wide: true, fallbacks });
    expect(engine.switched).toEqual([true]);
  });

  test('is turned off where they differ, which names the kernel', () => {
    const engine = pairing(() => ({ differing: 'a convolution', wide: true }));
    const fallbacks = ['revectorize is off: a convolution gave other results than without'];
    expect(tryPairing(memory, engine)).toEqual({ on: false, wide: false, fallbacks });
    expect(engine.switched).toEqual([true, false]);
  });

  test('is turned off where the engine fails with it', () => {
    const engine = pairing(() => {
      throw new WebAssembly.CompileError('no such register');
    });
    const fallbacks = ['revectorize is off: comparing its results failed: no such register'];
    expect(tryPairing(memory, engine)).toEqual({ on: false, wide: false, fallbacks });
    expect(engine.switched).toEqual([true, false]);
  });

  test('is never turned on where it is not to be had', () => {
    const engine = pairing(
      () => right,
      () => 'it is too old',
    );
    expect(tryPairing(memory, engine)).toEqual({ on: false, wide: false, fallbacks: ['it is too old'] });
    expect(engine.switched).toEqual([]);
  });
});

test('a device whose check fails says so in its report, and computes without', async () => {
  const engine = pairing(() => ({ differing: 'a product', wide: true }));
  const parts = { revectorize: (of: LinearMemory) => tryPairing(of, engine) };
  const backend = createWasmBackend({ revectorize: true }, parts);
  const device = createDevice(backend, { memory: spillingMemory, deferral: deferredMaps });
  expect(device.report()).toMatchObject({
    revectorized: false,
    wideTiles: false,
    fallbacks: ['revectorize is off: a product gave other results than without'],
  });
  const x = fromTyped(Float32Array.of(1, 2, 3, 4), [2, 2], { device });
  expect(await matmul(x, x).toArray()).toEqual([
    [7, 10],
    [15, 22],
  ]);
});

test('the comparison of an engine that pairs nothing finds no difference, and leaves no memory behind', () => {
  const before = memory.stats().parts;
  expect(comparePaired(memory)).toEqual({ differing: null, wide: expect.any(Boolean) });
  expect(memory.stats().parts).toBe(before);
});
