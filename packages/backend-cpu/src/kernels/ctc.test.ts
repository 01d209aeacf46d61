import type { DType, Operand, TypedArray } from '@flambeau/core';
import { contiguousStrides } from '@flambeau/core';
import { expect, test } from 'vitest';
import { ctcNll as losses, ctcNllGrad as slopes } from './ctc.ts';

const [STEPS, CLASSES, LABELS] = [6, 3, 3];
const NONE = { ticket: 0 };

/** What a path of classes spells: without repeats, then without blanks. */
function spelled(path: readonly number[], blank: number): string {
  return path.filter((label, i) => label !== path[i - 1] && label !== blank).join(' ');
}

/** The loss, and its gradient with that of a softmax, over all paths one by one. */
function byHand(logProbs: Float64Array, steps: number, labels: readonly number[], blank: number) {
  const grad = new Float64Array(STEPS * CLASSES);
  const lp = (step: number, label: number): number => logProbs[step * CLASSES + label] as number;
  let total = 0;
  const visits: [number[], number][] = [];
  for (let code = 0; code < CLASSES ** steps; code++) {
    const path = Array.from({ length: steps }, (_, i) => Math.floor(code / CLASSES ** i) % CLASSES);
    if (spelled(path, blank) !== labels.join(' ')) continue;
    const share = Math.exp(path.reduce((sum, label, i) => sum + lp(i, label), 0));
    total += share;
    visits.push([path, share]);
  }
  for (let e = 0; e < steps * CLASSES; e++) grad[e] = Math.exp(logProbs[e] as number);
  for (const [path, share] of visits)
    path.forEach((label, i) => {
      const e = i * CLASSES + label;
      grad[e] = (grad[e] as number) - share / total;
    });
  return { loss: -Math.log(total), grad };
}

/** Values that begin somewhere in a larger block. */
function operand(dtype: DType, shape: readonly number[], values?: ArrayLike<number>): Operand {
  const size = shape.reduce((p, n) => p * n, 1);
  const block: TypedArray = dtype === 'int32' ? new Int32Array(size + 8) : new Float64Array(size + 8);
  block.fill(99);
  if (values) block.set(values, 5);
  return { block, dtype, shape, strides: contiguousStrides(shape), offset: 5, size };
}

const valuesOf = ({ block, offset, size }: Operand): number[] =>
  Array.from((block as TypedArray).subarray(offset, offset + size));

test.each([0, 2])(
  'losses and gradients are those of all paths that spell the target, with blank %d',
  (blank) => {
    const [a, b] = [0, 1, 2].filter((label) => label !== blank) as [number, number];
    const rows = [
      { steps: 6, labels: [a, b, a] },
      { steps: 6, labels: [a, a] },
      { steps: 4, labels: [b] },
      { steps: 3, labels: [a, a] },
      { steps: 5, labels: [] },
    ];
    const n = rows.length;
    const logits = Float64Array.from({ length: STEPS * n * CLASSES }, (_, i) => Math.sin(7 * i) - 1.2);
    const padded = rows.flatMap(({ labels }) => [...labels, 9, 9, 9].slice(0, LABELS));
    const inputs = [
      operand('float64', [STEPS, n, CLASSES], logits),
      operand('int32', [n, LABELS], padded),
      operand(
        'int32',
        [n],
        rows.map(({ steps }) => steps),
      ),
      operand(
        'int32',
        [n],
        rows.map(({ labels }) => labels.length),
      ),
    ];
    const attrs = { blank, classes: CLASSES, zeroInfinity: false, caller: 'test' };
    const [loss, forward] = [operand('float64', [n]), operand('float64', [STEPS, n, 2 * LABELS + 1])];
    expect(losses(inputs, [loss, forward], attrs, NONE)).toBeUndefined();
    const dx = operand('float64', [STEPS, n, CLASSES]);
    const g = rows.map((_, i) => i - 1.5);
    slopes([operand('float64', [n], g), ...inputs, loss, forward], [dx], attrs, NONE);
    const found = valuesOf(dx);
    rows.forEach(({ steps, labels }, row) => {
      const own = logits.filter((_, e) => Math.floor(e / CLASSES) % n === row);
      const expected = byHand(own, steps, labels, blank);
      expect(valuesOf(loss)[row]).toBeCloseTo(expected.loss, 12);
      const slope = found.filter((_, e) => Math.floor(e / CLASSES) % n === row);
      slope.forEach((value, e) => {
        expect(value).toBeCloseTo((expected.grad[e] as number) * (g[row] as number), 12);
      });
    });
  },
);
