import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { clear } from '../loops/clear.ts';
import type { Turn, Vector } from '../loops/each-vector.ts';
import { eachVector, wideSum } from '../loops/each-vector.ts';
import { lesser } from '../loops/integers.ts';
import { argumentWords } from '../loops/words.ts';

/**
 * Addresses and numbers of elements. A part is `partRows` rows, whose sums for weight and bias, one after the other, go to
 * `parts`; `own` is memory of the threads, where they add them up.
 */
export const BACKWARD_ARGUMENTS = argumentWords(
  'g',
  'x',
  'mean',
  'rstd',
  'weight',
  'dx',
  'length',
  'rows',
  'partRows',
  'parts',
  'own',
);

const UNROLL = 2;

/** What a row's loops read and write. */
interface Row {
  readonly cursors: readonly Local<'i32'>[];
  /** (x − mean)·rstd */
  readonly normalized: (turn: Turn, at: number) => Vector;
  /** The gradient as it comes. */
  readonly coming: (turn: Turn, at: number) => Vector;
  /** The same, times the weight. */
  readonly scaled: (turn: Turn, at: number, coming: Vector) => Vector;
}

/** The kernel for the gradient: a unit of work is a part of the rows. */
export function emitBackward(affine: boolean, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32', 'i32'], (body, args, start, end, thread) => {
    const words = BACKWARD_ARGUMENTS.read(body, args);
    const { length, rows, partRows } = words;
    const bytes = body.let(i32.mul(length, i32.const(4)));
    const weightSums = body.let(i32.add(words.own, i32.mul(thread, i32.mul(bytes, i32.const(2)))));
    const biasSums = body.let(i32.add(weightSums, bytes));
    const [row, left] = [body.local('i32'), body.local('i32')];
    body.while(i32.ltU(start, end), () => {
      if (affine) clear(body, weightSums, i32.mul(bytes, i32.const(2)));
      body.set(row, i32.mul(start, partRows));
      body.set(left, lesser(partRows, i32.sub(rows, row)));
      body.while(left, () => {
        const offset = body.let(i32.mul(row, bytes));
        const at = (base: Expr<'i32'>): Local<'i32'> => body.let(i32.add(base, offset));
        const statistic = (base: Local<'i32'>): Local<'v128'> =>
          body.let(v128.load32Splat(i32.add(base, i32.mul(row, i32.const(4)))));
        const statistics = { mean: statistic(words.mean), rstd: statistic(words.rstd) };
        const sums = affine ? ([weightSums, biasSums] as const) : null;
        const row1 = rowOf(body, at(words.g), at(words.x), affine ? words.weight : null, statistics);
        const [shift, slope] = sumsOfRow(body, row1, length, sums);
        const row2 = rowOf(body, at(words.g), at(words.x), affine ? words.weight : null, statistics);
        writeRow(body, row2, length, at(words.dx), statistics.rstd, [shift, slope]);
        body.advance(row, 1);
        body.advance(left, -1);
      });
      if (affine) copyPart(body, weightSums, words.parts, start, length);
      body.advance(start, 1);
    });
  });
  return builder;
}

interface Statistics {
  readonly mean: Local<'v128'>;
  readonly rstd: Local<'v128'>;
}

function rowOf(
  body: FunctionBody,
  g: Local<'i32'>,
  x: Local<'i32'>,
  weight: Local<'i32'> | null,
  { mean, rstd }: Statistics,
): Row {
  const scales = weight && body.let(weight);
  return {
    cursors: scales ? [g, x, scales] : [g, x],
    normalized: ({ load }, at) => body.let(f32x4.mul(f32x4.sub(load(x, at), mean), rstd)),
    coming: ({ load }, at) => body.let(load(g, at)),
    scaled: ({ load }, at, coming) => (scales ? body.let(f32x4.mul(coming, load(scales, at))) : coming),
  };
}

/** Means of d and of d·x̂ in every lane; g·x̂ and g are added to the sums of the columns. */
function sumsOfRow(
  body: FunctionBody,
  { cursors, normalized, coming, scaled }: Row,
  length: Local<'i32'>,
  columns: readonly [Local<'i32'>, Local<'i32'>] | null,
): readonly [Vector, Vector] {
  const [total, projected] = [wideSum(body), wideSum(body)];
  const sums = columns?.map((column) => body.let(column)) ?? [];
  eachVector(body, length, [...cursors, ...sums], UNROLL, (turn) => {
    const all = turn.offsets.map((at) => {
      const [g, x] = [coming(turn, at), normalized(turn, at)];
      return { g, x, d: scaled(turn, at, g) };
    });
    total.add(...all.map(({ d }) => turn.own(d)));
    projected.add(...all.map(({ d, x }) => turn.own(f32x4.mul(d, x))));
    if (!columns) return;
    const [weights, biases] = sums;
    const added = all.map(({ g, x }, i) => [
      body.let(f32x4.add(turn.load(weights, turn.offsets[i]), f32x4.mul(g, x))),
      body.let(f32x4.add(turn.load(biases, turn.offsets[i]), g)),
    ]);
    for (const [i, [weight, bias]] of added.entries()) {
      turn.store(weights, weight, turn.offsets[i]);
      turn.store(biases, bias, turn.offsets[i]);
    }
  });
  const count = f64.convertI32S(length);
  const mean = (sum: Expr<'f64'>): Vector => body.let(f32x4.splat(f32.demoteF64(f64.div(sum, count))));
  return [mean(total.total()), mean(projected.total())];
}

/** dx = (d − mean d − x̂·mean(d·x̂))·rstd */
function writeRow(
  body: FunctionBody,
  { cursors, normalized, coming, scaled }: Row,
  length: Local<'i32'>,
  dx: Local<'i32'>,
  rstd: Vector,
  [shift, slope]: readonly [Vector, Vector],
): void {
  eachVector(body, length, [...cursors, dx], UNROLL, (turn) => {
    const results = turn.offsets.map((at) => {
      const d = scaled(turn, at, coming(turn, at));
      const centered = f32x4.sub(f32x4.sub(d, shift), f32x4.mul(normalized(turn, at), slope));
      return body.let(f32x4.mul(centered, rstd));
    });
    for (const [i, at] of turn.offsets.entries()) turn.store(dx, results[i], at);
  });
}

/** Copies the sums of a part, 2 · length of them, to their place. */
function copyPart(
  body: FunctionBody,
  sums: Local<'i32'>,
  parts: Local<'i32'>,
  part: Local<'i32'>,
  length: Local<'i32'>,
): void {
  const both = body.let(i32.mul(length, i32.const(2)));
  const from = body.let(sums);
  const to = body.let(i32.add(parts, i32.mul(part, i32.mul(both, i32.const(4)))));
  eachVector(body, both, [from, to], UNROLL, ({ offsets, load, store }) => {
    const values = offsets.map((at) => body.let(load(from, at)));
    for (const [i, at] of offsets.entries()) store(to, values[i], at);
  });
}
