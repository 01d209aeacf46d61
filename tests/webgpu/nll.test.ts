import { fromTyped, noGrad } from '@flambeau/core';
import { crossEntropy } from '@flambeau/losses';
import '@flambeau/autograd';
import { describe, expect, test } from 'vitest';
import { hasAdapter } from './adapter.ts';
import { styles } from './styles.ts';

/** −log softmax(x)[label] and its gradient, in float64. */
function reference(row: readonly number[], label: number): { loss: number; gradient: number[] } {
  const top = Math.max(...row);
  const total = row.reduce((sum, v) => sum + Math.exp(v - top), 0);
  const gradient = row.map((v, c) => Math.exp(v - top) / total - Number(c === label));
  return { loss: Math.log(total) + top - (row[label] as number), gradient };
}

describe.runIf(hasAdapter).each(styles)(
  'cross-entropy of rows (not run without an adapter): %s',
  (_name, device) => {
    // Few classes, classes by fours, and more than an invocation takes alone on a GPU.
    test.each([1, 3, 10, 128, 131, 1000])('of %i classes, with rows that do not count', async (classes) => {
      const rows = 6;
      const data = Float32Array.from({ length: rows * classes }, (_, i) => 20 * Math.sin(i * 1.3));
      const labels = Int32Array.from({ length: rows }, (_, n) => (n === 2 ? -100 : (n * 37) % classes));
      const x = fromTyped(data, [rows, classes], { device, requiresGrad: true });
      const losses = crossEntropy(x, fromTyped(labels, [rows], { device }), { reduction: 'none' });
      losses.sum().backward();
      const [found, gradient] = await Promise.all([losses.data(), x.grad!.data()]);
      for (let n = 0; n < rows; n++) {
        const row = [...data.subarray(n * classes, (n + 1) * classes)];
        const ignored = labels[n] === -100;
        const expected = reference(row, labels[n]!);
        expect(found[n]).toBeCloseTo(ignored ? 0 : expected.loss, 4);
        for (let c = 0; c < classes; c++)
          expect(gradient[n * classes + c]).toBeCloseTo(ignored ? 0 : expected.gradient[c]!, 5);
      }
    });

    test('a NaN stays in its row, and an ignored row of NaN is 0', async () => {
      const data = Float32Array.of(1, Number.NaN, 2, 3, Number.NaN, 4);
      const losses = noGrad(() =>
        crossEntropy(
          fromTyped(data, [3, 2], { device }),
          fromTyped(Int32Array.of(0, 1, -100), [3], { device }),
          {
            reduction: 'none',
          },
        ),
      );
      const found = await losses.data();
      expect(found[0]).toBeNaN();
      expect(found[1]).toBeCloseTo(Math.log(1 + Math.exp(-1)), 6);
      expect(found[2]).toBe(0);
    });

    test('a label that is no class is told at the next await, in the words of the loss', async () => {
      const loss = crossEntropy(
        fromTyped(new Float32Array(6), [2, 3], { device }),
        fromTyped(Int32Array.of(1, 3), [2], { device }),
      );
      await expect(loss.item()).rejects.toThrow(
        'crossEntropy(): class label out of range: got 3 at position 1, expected 0 ≤ label < 3',
      );
    });
  },
);
