import type { DType, Tensor } from '@flambeau/core';
import { amax, argmax, clone, full, gather, isFloat, matmul, scatterAdd, sum } from '@flambeau/core';
import type { Entry } from '../cell.ts';
import type { SampledName } from '../functions.ts';
import { count, type Dense } from '../reference/dense.ts';
import { gathered, largestAt, largestOver, product, scattered, sumOver } from '../reference/primitives.ts';
import { ALL, type Layout } from '../samples/spec.ts';
import { samples } from '../samples/table.ts';
import {
  compared,
  dense,
  drawn,
  everyPlace,
  type Given,
  holding,
  LAYOUTS,
  name,
  specials,
} from './primitive-cases.ts';
import { maps } from './primitive-maps.ts';

/** A required kernel in a dtype. */
export interface PrimitiveCheck {
  readonly subject: string;
  readonly dtype: DType;
  readonly cases: readonly Entry[];
}

function copies(dtype: DType): Entry[] {
  const places = [...everyPlace(dtype), holding(dtype, specials(dtype))];
  const out = places.map((x) =>
    compared(
      `from ${name(x)}`,
      [x],
      ([a]) => clone(a as Tensor),
      () => dense(x),
      dtype,
    ),
  );
  const into = places
    .filter(({ layout }) => layout !== 'expanded')
    .map((x) =>
      compared(
        `into ${name(x)}`,
        [
          { ...x, data: x.data.slice().fill(0) },
          { ...x, layout: 'contiguous' },
        ],
        ([target, source]) => (target as Tensor).copy_(source as Tensor),
        () => dense(x),
        dtype,
      ),
    );
  return [...out, ...into];
}

function fills(dtype: DType): Entry[] {
  const whole = specials(dtype).map((value) =>
    compared(
      `[3, 5] with ${Object.is(value, -0) ? '-0' : value}`,
      [],
      (_none, device) => full([3, 5], value, { dtype, device }),
      () => ({
        shape: [3, 5],
        data: new Array<number>(15).fill(dtype === 'bool' ? Number(value !== 0) : value),
      }),
      dtype,
    ),
  );
  const parts = everyPlace(dtype)
    .filter(({ layout }) => layout !== 'expanded')
    .map((x) =>
      compared(
        `${name(x)} in place`,
        [x],
        ([a]) => (a as Tensor).fill_(1),
        () => ({ shape: x.shape, data: new Array<number>(count(x.shape)).fill(1) }),
        dtype,
      ),
    );
  return [...whole, ...parts];
}

/** Every set of axes of a rank that kernels may be asked for. */
function axesOf(rank: number): number[][] {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  const sets = [all, ...all.map((axis) => [axis]), ...(rank > 2 ? [[0, rank - 1]] : [])];
  return sets.filter((set, i) => sets.findIndex((other) => String(other) === String(set)) === i);
}

function sums(dtype: DType): Entry[] {
  const result = isFloat(dtype) ? dtype : 'int32';
  const given = [...everyPlace(dtype), holding(dtype, specials(dtype)), drawn(dtype, [4099])];
  return given.flatMap((x) =>
    axesOf(x.shape.length).map((axes) =>
      compared(
        `${name(x)} over [${axes.join(', ')}]`,
        [x],
        ([a]) => sum(a as Tensor, axes),
        () => sumOver(dense(x), axes),
        result,
      ),
    ),
  );
}

/** Operands whose reduced part is not empty: the largest of nothing is refused. */
function reducible(dtype: DType): Given[] {
  const places = everyPlace(dtype).filter(({ shape }) => count(shape) > 0);
  const ties = holding(dtype, [1, 0, 1, 0, 1, 1], [2, 3]);
  const nan = isFloat(dtype) ? [holding(dtype, [3, Number.NaN, 9, Number.NaN, Infinity, 1], [2, 3])] : [];
  const low = isFloat(dtype) ? [holding(dtype, [-Infinity, -Infinity])] : [];
  return [...places, ties, ...nan, ...low, drawn(dtype, [3, 1031])];
}

function largest(dtype: DType): Entry[] {
  return reducible(dtype).flatMap((x) =>
    axesOf(x.shape.length).map((axes) =>
      compared(
        `${name(x)} over [${axes.join(', ')}]`,
        [x],
        ([a]) => amax(a as Tensor, axes),
        () => largestOver(dense(x), axes),
        dtype,
      ),
    ),
  );
}

function positions(dtype: DType): Entry[] {
  return reducible(dtype).flatMap((x) => {
    const { length } = x.shape;
    const all = Array.from({ length }, (_, axis) => axis);
    return [undefined, ...all].map((axis) =>
      compared(
        `${name(x)} over ${axis ?? 'all'}`,
        [x],
        ([a]) => (axis === undefined ? argmax(a as Tensor) : argmax(a as Tensor, axis)),
        () => largestAt(dense(x), axis === undefined ? all : [axis]),
        'int32',
      ),
    );
  });
}

function products(dtype: DType): Entry[] {
  const pairs: readonly (readonly [readonly number[], readonly number[]])[] = [
    [
      [1, 1],
      [1, 1],
    ],
    [
      [2, 3],
      [3, 4],
    ],
    [
      [5, 7],
      [7, 1],
    ],
    [
      [17, 33],
      [33, 9],
    ],
    [
      [0, 3],
      [3, 2],
    ],
    [
      [2, 0],
      [0, 3],
    ],
    [
      [5, 2, 3],
      [5, 3, 4],
    ],
    [
      [4, 1, 2, 3],
      [3, 3, 2],
    ],
    [
      [2, 0, 3],
      [2, 3, 2],
    ],
  ];
  const layouts: readonly (readonly [Layout, Layout])[] = [
    ['contiguous', 'contiguous'],
    ['transposed', 'transposed'],
    ['stepped', 'flipped'],
    ['expanded', 'offset'],
  ];
  const given = pairs.flatMap(([m, n]) =>
    layouts.map(([from, to]) => [drawn(dtype, m, from, 1), drawn(dtype, n, to, 2)] as const),
  );
  const special = isFloat(dtype)
    ? [[holding(dtype, [1, Number.NaN, Infinity, 0], [2, 2]), holding(dtype, [0, 1, 2, -1], [2, 2])] as const]
    : [];
  return [...given, ...special].map(([a, b]) =>
    compared(
      `${name(a)} @ ${name(b)}`,
      [a, b],
      ([x, y]) => matmul(x as Tensor, y as Tensor),
      () => product(dense(a), dense(b)),
      dtype,
    ),
  );
}

/** Positions below a bound, some of them several times. */
function picks(shape: readonly number[], bound: number, layout: Layout): Given {
  const size = count(shape);
  const own = layout === 'expanded' ? size / Math.max(shape[0] ?? 1, 1) : size;
  return {
    ...holding(
      'int32',
      Array.from({ length: size }, (_, i) => ((i % own) * 5 + 2) % bound),
      shape,
    ),
    layout,
  };
}

const INDEXED: readonly { x: readonly number[]; axis: number; index: readonly number[] }[] = [
  { x: [5], axis: 0, index: [9] },
  { x: [3, 5], axis: 0, index: [4, 5] },
  { x: [3, 5], axis: 1, index: [3, 7] },
  { x: [2, 3, 4], axis: 1, index: [2, 6, 4] },
  { x: [2, 3, 4], axis: 1, index: [2, 2, 4] },
  { x: [3, 5], axis: 1, index: [3, 0] },
  { x: [3, 40], axis: 0, index: [5, 40] },
];

function gathers(dtype: DType): Entry[] {
  return INDEXED.flatMap(({ x: shape, axis, index: to }) =>
    LAYOUTS.map((layout, i) => {
      const x = drawn(dtype, shape, layout);
      const index = picks(to, shape[axis] as number, LAYOUTS[LAYOUTS.length - 1 - i] ?? 'contiguous');
      return compared(
        `${name(x)} along ${axis} at ${name(index)}`,
        [x, index],
        ([a, b]) => gather(a as Tensor, axis, b as Tensor),
        () => gathered(dense(x), axis, dense(index)),
        dtype,
      );
    }),
  );
}

function scatters(dtype: DType): Entry[] {
  return INDEXED.flatMap(({ x: shape, axis, index: from }) =>
    LAYOUTS.map((layout, i) => {
      const x = drawn(dtype, shape, layout);
      const index = picks(from, shape[axis] as number, LAYOUTS[LAYOUTS.length - 1 - i] ?? 'contiguous');
      const source = drawn(dtype, from, layout, 2);
      return compared(
        `${name(x)} along ${axis} at ${name(index)}`,
        [x, index, source],
        ([a, b, c]) => scatterAdd(a as Tensor, axis, b as Tensor, c as Tensor),
        () => storedAs(dtype, scattered(dense(x), axis, dense(index), dense(source))),
        dtype,
      );
    }),
  );
}

/** Sums of bools are true or false. */
function storedAs(dtype: DType, sums: Dense): Dense {
  return dtype === 'bool' ? { ...sums, data: sums.data.map((n) => Number(n !== 0)) } : sums;
}

const kernels: Readonly<Record<string, { fn: SampledName | null; entries: (dtype: DType) => Entry[] }>> = {
  copyStrided: { fn: null, entries: copies },
  fill: { fn: null, entries: fills },
  sum: { fn: 'sum', entries: sums },
  amax: { fn: 'amax', entries: largest },
  argmax: { fn: 'argmax', entries: positions },
  matmul: { fn: 'matmul', entries: products },
  gather: { fn: 'gather', entries: gathers },
  scatterAdd: { fn: 'scatterAdd', entries: scatters },
  map: { fn: null, entries: maps },
};

/** The required kernels, each in every dtype that its op takes: called through ops, against plain loops in float64. */
export function primitiveChecks(): PrimitiveCheck[] {
  return Object.entries(kernels).flatMap(([subject, { fn, entries }]) =>
    (fn ? ALL.filter((dtype) => samples[fn].dtypes.includes(dtype)) : ALL).map((dtype) => ({
      subject,
      dtype,
      cases: entries(dtype),
    })),
  );
}
