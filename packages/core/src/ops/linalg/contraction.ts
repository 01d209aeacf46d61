import { composed } from '../../memory/composed.ts';
import { sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { mul } from '../elementwise.ts';
import { matmul } from '../matmul.ts';
import { sum } from '../reduce.ts';
import { expand, permute, reshape } from '../view.ts';

/** A tensor whose dimensions have names: equal names are the same index. */
export interface Labelled {
  readonly x: Tensor;
  /** One name for each dimension, all distinct. */
  readonly labels: readonly number[];
}

/** Sizes of the named dimensions. */
const sizesOf = ({ x, labels }: Labelled, chosen: readonly number[]): number[] =>
  chosen.map((label) => x.shape[labels.indexOf(label)] as number);

/** Sums over dimensions that are named. */
export function sumOver({ x, labels }: Labelled, summed: readonly number[]): Labelled {
  const axes = labels.flatMap((label, i) => (summed.includes(label) ? [i] : []));
  if (axes.length === 0) return { x, labels };
  return { x: sum(x, axes), labels: labels.filter((label) => !summed.includes(label)) };
}

/** Dimensions in the order of `labels`. */
export function ordered(given: Labelled, labels: readonly number[]): Tensor {
  return permute(
    given.x,
    labels.map((label) => given.labels.indexOf(label)),
  );
}

/** Takes away dimensions of size 1 that the other tensor has larger: they are broadcast. */
function withoutBroadcast(given: Labelled, other: Labelled): Labelled {
  const dropped = given.labels.filter((label, i) => {
    const at = other.labels.indexOf(label);
    return given.x.shape[i] === 1 && at >= 0 && other.x.shape[at] !== 1;
  });
  if (dropped.length === 0) return given;
  const labels = given.labels.filter((label) => !dropped.includes(label));
  return { x: reshape(given.x, sizesOf(given, labels)), labels };
}

/**
 * The product of two tensors, summed over the named dimensions: one batched matrix product. Dimensions that only one
 * tensor has are summed there first.
 *
 * @returns the dimensions that both have, then those of the first, then those of the second.
 */
export function contract(first: Labelled, second: Labelled, summed: readonly number[]): Labelled {
  return composedLabelled(first.x, () => {
    let a = withoutBroadcast(first, second);
    let b = withoutBroadcast(second, a);
    a = sumOver(
      a,
      summed.filter((label) => !b.labels.includes(label)),
    );
    b = sumOver(
      b,
      summed.filter((label) => !a.labels.includes(label)),
    );
    const inB = new Set(b.labels);
    const shared = a.labels.filter((label) => inB.has(label));
    const batch = shared.filter((label) => !summed.includes(label));
    const inner = shared.filter((label) => summed.includes(label));
    const left = a.labels.filter((label) => !inB.has(label));
    const right = b.labels.filter((label) => !shared.includes(label));
    const labels = [...batch, ...left, ...right];
    const shape = [...sizesOf(a, batch), ...sizesOf(a, left), ...sizesOf(b, right)];
    if (inner.length === 0) {
      const p = reshape(ordered(a, [...batch, ...left]), [
        ...sizesOf(a, batch),
        ...sizesOf(a, left),
        ...right.map(() => 1),
      ]);
      const q = reshape(ordered(b, [...batch, ...right]), [
        ...sizesOf(b, batch),
        ...left.map(() => 1),
        ...sizesOf(b, right),
      ]);
      return { x: expand(mul(p, q), shape), labels };
    }
    const [n, m, k, l] = [batch, left, inner, right].map((part, i) =>
      sizeOf(sizesOf(i === 3 ? b : a, part)),
    ) as [number, number, number, number];
    const p = reshape(ordered(a, [...batch, ...left, ...inner]), [n, m, k]);
    const q = reshape(ordered(b, [...batch, ...inner, ...right]), [n, k, l]);
    return { x: reshape(matmul(p, q), shape), labels };
  });
}

function composedLabelled(x: Tensor, parts: () => Labelled): Labelled {
  let labels: readonly number[] = [];
  const result = composed(x.device, () => {
    const made = parts();
    labels = made.labels;
    return made.x;
  });
  return { x: result, labels };
}
