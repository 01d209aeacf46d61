import { f32, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { integers, lesser, rangeOf } from '../loops/integers.ts';
import { zeros } from '../loops/vectors.ts';
import { argumentWords } from '../loops/words.ts';
import type { OutputMap } from '../output-map.ts';
import { addOutputMap } from '../output-map.ts';
import { multiplyAdd } from './tile.ts';

/** y[j] = bias[j] + Σ v[i] · matrix[i, j]. Strides are in bytes. */
export const VECTOR_PRODUCT_ARGUMENTS = argumentWords(
  'vector',
  'vectorStride',
  'matrix',
  'row',
  'column',
  'depth',
  'columns',
  'output',
  /** 0 for none. */
  'bias',
  'biasStride',
);

/** Results of a unit of work. */
export const UNIT_COLUMNS = 32;
/** The longest sum in one float32: longer ones are sums of such sums. */
const RUN = 256;

/** How the matrix lies: neighbours in a row, in a column, or neither. */
export type Lie = 'rows' | 'columns' | 'apart';

type Words = ReturnType<typeof VECTOR_PRODUCT_ARGUMENTS.read>;

/**
 * The module that multiplies a vector by a matrix where it lies: every element is read once, so there is nothing to pack.
 * `run(arguments, start, end)` does the groups of 32 results from `start` to `end`.
 */
export function emitVectorProduct(
  memory: MemoryImport,
  fused: boolean,
  lie: Lie,
  map: OutputMap | null,
): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const apply = addOutputMap(builder, map);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const words = VECTOR_PRODUCT_ARGUMENTS.read(body, args);
    const column = body.let(i32.mul(start, i32.const(UNIT_COLUMNS)));
    const last = body.let(lesser(i32.mul(end, i32.const(UNIT_COLUMNS)), words.columns));
    const results = body.let(i32.add(words.output, i32.shl(column, i32.const(2))));
    const bytes = body.let(i32.shl(i32.sub(last, column), i32.const(2)));
    if (lie === 'rows') {
      for (const vectors of [8, 1]) {
        body.while(i32.leU(i32.add(column, i32.const(4 * vectors)), last), () => {
          sumRows(body, fused, words, column, vectors);
          body.advance(column, 4 * vectors);
        });
      }
    }
    body.while(i32.ltU(column, last), () => {
      if (lie === 'columns') sumColumn(body, fused, words, column);
      else sumApart(body, words, column);
      body.advance(column, 1);
    });
    apply(body, results, bytes, bytes, i32.const(1));
  });
  return builder;
}

/** Writes the loop over runs of the depth: `each` adds up one, of `length` places. */
function eachRun(body: FunctionBody, { depth }: Words, each: (length: Local<'i32'>) => void): void {
  const [left, length] = integers(body, 2);
  body.set(left, depth);
  body.while(left, () => {
    body.set(length, lesser(left, i32.const(RUN)));
    body.set(left, i32.sub(left, length));
    each(length);
  });
}

function store(body: FunctionBody, words: Words, column: Local<'i32'>, sum: Local<'f32'>): void {
  body.if(words.bias, () => {
    const at = i32.add(words.bias, i32.mul(column, words.biasStride));
    body.set(sum, f32.add(f32.load(at), sum));
  });
  body.store(i32.add(words.output, i32.shl(column, i32.const(2))), sum);
}

/** Some neighbouring results, whose elements lie side by side in every row. */
function sumRows(
  body: FunctionBody,
  fused: boolean,
  words: Words,
  column: Local<'i32'>,
  vectors: number,
): void {
  const totals = rangeOf(vectors).map(() => body.let(zeros));
  const sums = rangeOf(vectors).map(() => body.local('v128'));
  const factor = body.local('v128');
  const [at, factorAt] = integers(body, 2);
  body.set(at, i32.add(words.matrix, i32.shl(column, i32.const(2))));
  body.set(factorAt, words.vector);
  eachRun(body, words, (length) => {
    for (const sum of sums) body.set(sum, zeros);
    body.doWhile(length, () => {
      body.set(factor, v128.load32Splat(factorAt));
      for (const [v, sum] of sums.entries())
        body.set(sum, multiplyAdd(fused, factor, v128.load(at, 16 * v), sum));
      body.advance(at, words.row);
      body.advance(factorAt, words.vectorStride);
      body.advance(length, -1);
    });
    for (const [v, sum] of sums.entries())
      body.set(totals[v] as Local<'v128'>, f32x4.add(totals[v] as Local<'v128'>, sum));
  });
  const lane = body.local('f32');
  const place = body.local('i32');
  body.if(
    i32.eqz(words.bias),
    () => {
      const to = body.let(i32.add(words.output, i32.shl(column, i32.const(2))));
      for (const [v, total] of totals.entries()) body.store(to, total, 16 * v);
    },
    () => {
      body.set(place, column);
      for (const total of totals) {
        for (const i of rangeOf(4)) {
          body.set(lane, f32x4.extractLane(total, i));
          store(body, words, place, lane);
          body.advance(place, 1);
        }
      }
    },
  );
}

/** One result, whose column lies side by side; so must the vector. */
function sumColumn(body: FunctionBody, fused: boolean, words: Words, column: Local<'i32'>): void {
  const VECTORS = 4;
  const sums = rangeOf(VECTORS).map(() => body.local('v128'));
  const [at, factorAt] = integers(body, 2);
  const total = body.let(f32.const(0));
  body.set(at, i32.add(words.matrix, i32.mul(column, words.column)));
  body.set(factorAt, words.vector);
  const step = (length: Local<'i32'>, vectors: number): void => {
    body.while(i32.geU(length, i32.const(4 * vectors)), () => {
      for (const v of rangeOf(vectors)) {
        const sum = sums[v] as Local<'v128'>;
        body.set(sum, multiplyAdd(fused, v128.load(factorAt, 16 * v), v128.load(at, 16 * v), sum));
      }
      body.advance(at, 16 * vectors);
      body.advance(factorAt, 16 * vectors);
      body.advance(length, -4 * vectors);
    });
  };
  eachRun(body, words, (length) => {
    for (const sum of sums) body.set(sum, zeros);
    step(length, VECTORS);
    step(length, 1);
    const [a, b, c, d] = sums as [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>];
    const four = body.let(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    const lanes = rangeOf(4).map((i) => f32x4.extractLane(four, i));
    for (const lane of lanes) body.set(total, f32.add(total, lane));
    body.while(length, () => {
      body.set(total, f32.add(total, f32.mul(f32.load(factorAt), f32.load(at))));
      body.advance(at, 4);
      body.advance(factorAt, 4);
      body.advance(length, -1);
    });
  });
  store(body, words, column, total);
}

/** One result, element by element. */
function sumApart(body: FunctionBody, words: Words, column: Local<'i32'>): void {
  const [at, factorAt] = integers(body, 2);
  const [total, sum] = [body.let(f32.const(0)), body.local('f32')];
  body.set(at, i32.add(words.matrix, i32.mul(column, words.column)));
  body.set(factorAt, words.vector);
  eachRun(body, words, (length) => {
    body.set(sum, f32.const(0));
    body.while(length, () => {
      body.set(sum, f32.add(sum, f32.mul(f32.load(factorAt), f32.load(at))));
      body.advance(at, words.row);
      body.advance(factorAt, words.vectorStride);
      body.advance(length, -1);
    });
    body.set(total, f32.add(total, sum));
  });
  store(body, words, column, total);
}
