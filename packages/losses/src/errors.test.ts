import { cpu } from '@flambeau/backend-cpu';
import {
  ArgumentError,
  DTypeError,
  ones,
  ShapeError,
  setDefaultDevice,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';
import {
  bceLoss,
  bceWithLogitsLoss,
  cosineEmbeddingLoss,
  crossEntropy,
  ctcLoss,
  gaussianNllLoss,
  klDiv,
  l1Loss,
  MSELoss,
  marginRankingLoss,
  mseLoss,
  multilabelMarginLoss,
  multiMarginLoss,
  nllLoss,
  smoothL1Loss,
  tripletMarginLoss,
} from './index.ts';

setDefaultDevice(cpu()); // the tables below hold tensors

const labels = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });

describe('what does not fit is refused', () => {
  const x = zeros([4, 3]);

  test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
    [
      'reductions',
      () => mseLoss(x, x, { reduction: 'avg' as never }),
      ArgumentError,
      "mseLoss(): unknown reduction: got 'avg', expected 'mean', 'sum' or 'none'.",
    ],
    [
      'reductions of objects',
      () => new MSELoss({ reduction: 'avg' as never }),
      ArgumentError,
      "MSELoss(): unknown reduction: got 'avg'",
    ],
    [
      'columns beside rows',
      () => mseLoss(zeros([4]), zeros([4, 1])),
      ShapeError,
      'mseLoss(): shapes differ: got input [4] and target [4, 1], expected equal shapes.',
    ],
    ['sizes', () => l1Loss(x, zeros([4, 2])), ShapeError, 'l1Loss(): shapes do not broadcast'],
    [
      'integers',
      () => smoothL1Loss(labels(1), labels(2)),
      DTypeError,
      "smoothL1Loss(): the input is not float: got int32, expected a float dtype. Cast with input.to('float32').",
    ],
    [
      'integer targets',
      () => mseLoss(ones([1]), labels(2)),
      DTypeError,
      'mseLoss(): the target is not float: got int32',
    ],
    [
      'beta',
      () => smoothL1Loss(x, x, { beta: -1 }),
      ArgumentError,
      'smoothL1Loss(): beta is negative: got -1',
    ],
    [
      'shapes of probabilities',
      () => bceLoss(x, zeros([4])),
      ShapeError,
      'bceLoss(): shapes differ: got input [4, 3] and target [4]',
    ],
    [
      'weights of elements',
      () => bceWithLogitsLoss(x, x, { weight: ones([2, 4, 3]) }),
      ShapeError,
      'bceWithLogitsLoss(): the weight does not fit: got [2, 4, 3], expected a shape that broadcasts to [4, 3].',
    ],
    [
      'weights of positives',
      () => bceWithLogitsLoss(x, x, { posWeight: ones([2]) }),
      ShapeError,
      'bceWithLogitsLoss(): shapes do not broadcast',
    ],
    [
      'scalars',
      () => crossEntropy(zeros([]), labels(0)),
      ShapeError,
      'crossEntropy(): too few dimensions: got input [], expected (C), (N, C) or (N, C, …).',
    ],
    [
      'numbers of labels',
      () => crossEntropy(x, labels(0, 1)),
      ShapeError,
      'crossEntropy(): labels do not fit: got input [4, 3] and target [2], expected (N, C, …) and (N, …).',
    ],
    [
      'float labels',
      () => nllLoss(x, zeros([4])),
      DTypeError,
      "nllLoss(): labels are not integers: got float32, expected int32. Pass { dtype: 'int32' } or cast with target.to('int32').",
    ],
    [
      'weights of classes',
      () => nllLoss(x, labels(0, 1, 2, 0), { weight: ones([4]) }),
      ShapeError,
      'nllLoss(): the weight does not fit: got [4], expected [3], one factor per class.',
    ],
    [
      'dtypes of weights',
      () => nllLoss(x, labels(0, 1, 2, 0), { weight: ones([3], { dtype: 'float64' }) }),
      DTypeError,
      'nllLoss(): dtypes differ: got weight float64 and input float32',
    ],
    [
      'smoothing',
      () => crossEntropy(x, labels(0, 1, 2, 0), { labelSmoothing: 1.5 }),
      ArgumentError,
      'crossEntropy(): invalid labelSmoothing: got 1.5, expected a number in [0, 1].',
    ],
    [
      'integer probabilities',
      () => crossEntropy(x, zeros([4, 3], { dtype: 'int32' })),
      DTypeError,
      'crossEntropy(): class probabilities are not float: got int32 with the shape of the input',
    ],
    [
      'ignored probabilities',
      () => crossEntropy(x, x, { ignoreIndex: 1 }),
      ArgumentError,
      'crossEntropy(): ignoreIndex needs labels: got 1 with class probabilities',
    ],
    [
      'integer logits',
      () => crossEntropy(x.to('int32'), labels(0, 1, 2, 0)),
      DTypeError,
      'crossEntropy(): the input is not float: got int32',
    ],
    [
      'batches of single numbers',
      () => klDiv(zeros([]), zeros([]), { reduction: 'batchmean' }),
      ArgumentError,
      "klDiv(): no batch: got a 0-d input with reduction 'batchmean', expected at least one dimension.",
    ],
    [
      'shapes of variances',
      () => gaussianNllLoss(x, x, ones([3])),
      ShapeError,
      'gaussianNllLoss(): the variance does not fit: got [3] for [4, 3], expected the same shape',
    ],
    [
      'negative variances',
      () => gaussianNllLoss(x, x, tensor([1, 2, -1, 1])),
      ValueError,
      'gaussianNllLoss(): a negative variance at position 2, expected numbers of at least 0.',
    ],
    [
      'ranks of rankings',
      () => marginRankingLoss(x, x, ones([3])),
      ShapeError,
      'marginRankingLoss(): ranks differ: got [4, 3], [4, 3] and [3], expected equal ones.',
    ],
    [
      'labels of margins',
      () => multiMarginLoss(x, labels(0, 1, 3, 0)),
      ValueError,
      'multiMarginLoss(): class label out of range: got 3 at position 2, expected 0 ≤ label < 3.',
    ],
    [
      'numbers of labels of margins',
      () => multiMarginLoss(x, labels(0, 1)),
      ShapeError,
      'multiMarginLoss(): shapes do not fit: got input [4, 3] and target [2], expected (N, C) or (C), and (N) or a single label.',
    ],
    [
      'powers of margins',
      () => multiMarginLoss(x, labels(0, 1, 2, 0), { p: 3 as never }),
      ArgumentError,
      'multiMarginLoss(): invalid p: got 3, expected 1 or 2.',
    ],
    [
      'several labels',
      () => multilabelMarginLoss(zeros([3]), labels(2, 5, -1)),
      ValueError,
      'multilabelMarginLoss(): class label out of range: got 5 at position 1, expected 0 ≤ label < 3.',
    ],
    [
      'labels of cosines',
      () => cosineEmbeddingLoss(x, x, ones([4, 1])),
      ShapeError,
      'cosineEmbeddingLoss(): shapes do not fit: got [4, 3], [4, 3] and target [4, 1]',
    ],
    [
      'ranks of triplets',
      () => tripletMarginLoss(x, x, zeros([3])),
      ShapeError,
      'tripletMarginLoss(): ranks differ: got [4, 3], [4, 3] and [3], expected equal ones.',
    ],
    [
      'integer triplets',
      () => tripletMarginLoss(x.to('int32'), x, x),
      DTypeError,
      'tripletMarginLoss(): an input is not float: got int32, expected a float dtype.',
    ],
    [
      'blanks',
      () => ctcLoss(zeros([5, 1, 3]), labels(1), [5], [1], { blank: 3 }),
      ArgumentError,
      'ctcLoss(): no such class: got blank 3, expected 0 to 2.',
    ],
    [
      'ranks of sequences',
      () => ctcLoss(zeros([3]), labels(1), [5], [1]),
      ShapeError,
      'ctcLoss(): wrong rank: got [3], expected (T, N, C) or (T, C).',
    ],
    [
      'lengths of inputs',
      () => ctcLoss(zeros([5, 1, 3]), labels(1), [6], [1]),
      ArgumentError,
      'ctcLoss(): inputLengths do not fit: got [6], expected 1 integers from 0 to 5.',
    ],
    [
      'lengths of targets',
      () => ctcLoss(zeros([5, 2, 3]), zeros([2, 2], { dtype: 'int32' }), [5, 5], [1, 3]),
      ArgumentError,
      'ctcLoss(): targetLengths do not fit: got [1, 3], expected 2 integers from 0 to 2.',
    ],
    [
      'targets one after another',
      () => ctcLoss(zeros([5, 2, 3]), labels(1, 2, 1), [5, 5], [1, 3]),
      ShapeError,
      'ctcLoss(): the targets do not fit: got [3] for lengths [1, 3], expected (N, S), or [4].',
    ],
    [
      'float labels of sequences',
      () => ctcLoss(zeros([5, 1, 3]), ones([1, 2]), [5], [2]),
      DTypeError,
      'ctcLoss(): labels are not integers: got float32, expected int32.',
    ],
    [
      'lengths in tensors',
      () => ctcLoss(zeros([5, 1, 3]), labels(1, 2), labels(6), labels(2)),
      ValueError,
      'ctcLoss(): length out of range: got 6 at position 0, expected 0 ≤ length < 6.',
    ],
    [
      'numbers of lengths in tensors',
      () => ctcLoss(zeros([5, 1, 3]), labels(1, 2), [5], labels(2, 1)),
      ArgumentError,
      'ctcLoss(): targetLengths do not fit: got [2], expected 1 integers from 0 to 2.',
    ],
    [
      'negative variances of all',
      () => gaussianNllLoss(x, x, -1),
      ValueError,
      'gaussianNllLoss(): a negative variance: got -1, expected a number of at least 0.',
    ],
    [
      'labels of sequences',
      () => ctcLoss(zeros([5, 1, 3]), labels(1, 7), [5], [2]),
      ValueError,
      'ctcLoss(): class label out of range: got 7 at position 1, expected 0 ≤ label < 3.',
    ],
  ])('%s', (_name, use, type, message) => {
    expect(use).toThrow(message);
    expect(use).toThrow(type);
  });

  test.each([
    [
      3,
      'crossEntropy(): class label out of range: got 3 at position 2, expected 0 ≤ label < 3 (or ignoreIndex -100). Do the labels start at 0?',
    ],
    [-1, 'crossEntropy(): class label out of range: got -1 at position 2'],
  ])('label %d of 3 classes', (label, message) => {
    expect(() => crossEntropy(x, labels(0, 1, label, 2))).toThrow(message);
    expect(() => crossEntropy(x, labels(0, 1, label, 2))).toThrow(ValueError);
    expect(() => nllLoss(x, labels(0, 1, label, 2))).toThrow(message.replace('crossEntropy', 'nllLoss'));
  });

  test.each([
    [1.5, 'about 1.5'],
    [-0.25, 'about -0.25'],
    [1.2, 'about 1.2'],
    [1 + 2 ** -23, 'about 1.000001'],
    [-1e-30, 'about -0.000001'],
    [1e9, 'more than 2047'],
    [Number.NEGATIVE_INFINITY, 'less than -2047'],
    [Number.NaN, 'NaN'],
  ])('probability %d', (p, text) => {
    const use = (): Tensor => bceLoss(tensor([0, 1, p]), tensor([0, 1, 1]));
    expect(use).toThrow(
      `bceLoss(): not a probability: got ${text} at position 2, expected 0 ≤ input ≤ 1. Apply sigmoid first, or pass logits to bceWithLogitsLoss.`,
    );
    expect(use).toThrow(ValueError);
  });

  test('on a device with asynchronous reads, invalid values are told at the next await', async () => {
    const device = countingDevice(cpu().backend, { syncRead: false });
    const probability = bceLoss(tensor([2, 0.5], { device }), ones([2], { device }));
    await expect(probability.item()).rejects.toThrow(
      'bceLoss(): not a probability: got about 2 at position 0',
    );
    const label = crossEntropy(zeros([1, 2], { device }), tensor([7], { dtype: 'int32', device }));
    await expect(label.item()).rejects.toThrow(
      'crossEntropy(): class label out of range: got 7 at position 0, expected 0 ≤ label < 2',
    );
    const variance = gaussianNllLoss(
      ones([2], { device }),
      ones([2], { device }),
      tensor([1, -1], { device }),
    );
    await expect(variance.item()).rejects.toThrow('gaussianNllLoss(): a negative variance at position 1');
    const ints = (...values: number[]): Tensor => tensor(values, { dtype: 'int32', device });
    const logProbs = zeros([5, 2, 3], { device });
    const alignment = ctcLoss(logProbs, ints(1, 1, 9, 1).reshape([2, 2]), [5, 5], [2, 1]);
    await expect(alignment.item()).rejects.toThrow(
      'ctcLoss(): class label out of range: got 9 at position 2, expected 0 ≤ label < 3.',
    );
    const tooLong = ctcLoss(logProbs, ints(1, 1, 2, 1).reshape([2, 2]), [5, 5], ints(1, 3));
    await expect(tooLong.item()).rejects.toThrow('ctcLoss(): length out of range: got 3 at position 1');
    expect(() => ctcLoss(logProbs, ints(1, 1, 2), [5, 5], ints(1, 2))).toThrow(
      'ctcLoss(): targetLengths cannot be read: got a tensor on a device with asynchronous reads',
    );
  });
});
