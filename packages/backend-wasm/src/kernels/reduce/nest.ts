import type { Operand } from '@flambeau/core/functional';
import { mergeLayouts, sizeOf } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { Word } from '../loops/words.ts';
import { byteOffset, dimensionWords } from '../loops/words.ts';

/**
 * How a reduction walks float32 values: `along` runs of neighbours that become one, `across` neighbours that stay apart,
 * or `strided`, one by one.
 */
export type Direction = 'along' | 'across' | 'strided';

/** What a kernel is compiled for: the direction, and how many further dimensions there are of either kind. */
export interface NestKind {
  readonly direction: Direction;
  readonly keptRank: number;
  readonly outerRank: number;
}

interface Part {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A reduction's loops: kept dimensions, reduced ones, and the run of elements of the innermost reduced one. */
export interface Nest extends NestKind {
  readonly kept: Part;
  readonly outer: Part;
  readonly run: { readonly length: number; readonly step: number };
  /** Neighbours that stay apart: the innermost kept dimension of `across`, else 1. */
  readonly columns: number;
}

/** Columns that one unit of work of `across` has. */
export const STRIP = 16;
const BYTES = 4;

/** Plans the loops of a reduction over the last `count` dimensions; neither part is empty. */
export function nestOf(x: Operand, count: number): Nest {
  const { kept, outer, run } = loopsOf(x, count);
  const columns = kept.shape[kept.shape.length - 1] ?? 1;
  if (run.step !== 1 && columns > 1 && kept.strides[kept.strides.length - 1] === 1)
    return nest('across', drop(kept), outer, run, columns);
  return nest(run.step === 1 ? 'along' : 'strided', kept, outer, run, 1);
}

/** The same with elements one by one, of any dtype. */
export function stridedNestOf(x: Operand, count: number): Nest {
  const { kept, outer, run } = loopsOf(x, count);
  return nest('strided', kept, outer, run, 1);
}

function loopsOf(x: Operand, count: number): Pick<Nest, 'kept' | 'outer' | 'run'> {
  const split = x.shape.length - count;
  const part = (from: number, to: number): Part => {
    const { shape, strides } = mergeLayouts({
      shape: x.shape.slice(from, to),
      strides: [x.strides.slice(from, to)],
    });
    return { shape, strides: strides[0] };
  };
  const [kept, reduced] = [part(0, split), part(split, x.shape.length)];
  const last = reduced.shape.length - 1;
  const run = { length: reduced.shape[last], step: reduced.strides[last] };
  return { kept: sizeOf(kept.shape) === 1 ? NOTHING : kept, outer: drop(reduced), run };
}

/** The loops with other kept dimensions and runs: for parts of them. */
export function nest(direction: Direction, kept: Part, outer: Part, run: Nest['run'], columns: number): Nest {
  return { direction, keptRank: kept.shape.length, outerRank: outer.shape.length, kept, outer, run, columns };
}

const NOTHING: Part = { shape: [], strides: [] };

/** All dimensions but the innermost one. */
const drop = ({ shape, strides }: Part): Part => ({
  shape: shape.slice(0, -1),
  strides: strides.slice(0, -1),
});

/** How many units of work there are, and how many elements each reads at most. */
export function unitsOf({ kept, outer, run, columns }: Nest): {
  readonly count: number;
  readonly elements: number;
} {
  const count = sizeOf(kept.shape) * Math.ceil(columns / STRIP);
  return { count, elements: sizeOf(outer.shape) * run.length * Math.min(columns, STRIP) };
}

/** Arguments of a nest from `x` to `y`, which are addresses; of elements of `bytes` bytes. */
export function nestWords(
  { kept, outer, run, columns }: Nest,
  x: number,
  y: number,
  bytes: number = BYTES,
): number[] {
  const head = [x, y, run.length, run.step * bytes, sizeOf(outer.shape), columns, Math.ceil(columns / STRIP)];
  return [
    ...head,
    ...dimensionWords(kept.shape, kept.strides, bytes),
    ...dimensionWords(outer.shape, outer.strides, bytes),
  ];
}

/** The arguments as a kernel reads them. */
export interface NestCode {
  readonly length: Local<'i32'>;
  readonly step: Local<'i32'>;
  readonly columns: Local<'i32'>;
  /** Strips of columns per kept element. */
  readonly strips: Local<'i32'>;
  readonly y: Local<'i32'>;
  /** Address of a kept element's first value. */
  readonly start: (kept: Expr<'i32'>) => Local<'i32'>;
  /** Writes the loop over the reduced dimensions but the innermost one: at each address a run starts. */
  readonly eachRun: (start: Local<'i32'>, write: (at: Local<'i32'>, index: Local<'i32'>) => void) => void;
}

const FIRST = 7;

/** Reads the arguments. */
export function nestCode(body: FunctionBody, word: Word, { keptRank, outerRank }: NestKind): NestCode {
  const [x, y, length, step, runs, columns, strips] = Array.from({ length: FIRST }, (_, i) =>
    body.let(word(i)),
  );
  return {
    length,
    step,
    columns,
    strips,
    y,
    start: (kept) => body.let(i32.add(x, byteOffset(body, kept, keptRank, word, FIRST))),
    eachRun: (start, write) => {
      const index = body.let(i32.const(0));
      body.countTo(index, runs, () => {
        const offset = byteOffset(body, index, outerRank, word, FIRST + 2 * keptRank);
        write(body.let(i32.add(start, offset)), index);
      });
    },
  };
}
