import type { DType } from '@flambeau/core/functional';
import { DTYPES } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { f32, f64, i32, select } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import type { Element } from '../loops/elements.ts';
import { loadElement } from '../loops/elements.ts';
import { argumentWords, RANGE_PARAMS } from '../loops/words.ts';

/**
 * What is found out about a value among sorted edges: how many are less, how many are not greater, or whether one is
 * equal.
 */
export type Search = 'left' | 'right' | 'among';

/** Addresses; lines have `count` edges, and there is one for every `perLine` values, `lineBytes` from the one before. */
export const SEARCH_ARGUMENTS = argumentWords('edges', 'x', 'y', 'count', 'perLine', 'lineBytes');

/** Looks values up by halving. A unit of work is a value. */
export function emitSearch(
  search: Search,
  dtype: DType,
  lines: boolean,
  memory: MemoryImport,
): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const { bytes } = DTYPES[dtype];
  const width = search === 'among' ? 1 : 4;
  builder.addFunction('run', RANGE_PARAMS, (body, args, start, end) => {
    const words = SEARCH_ARGUMENTS.read(body, args);
    const x = body.let(i32.add(words.x, i32.mul(start, i32.const(bytes))));
    const y = body.let(i32.add(words.y, i32.mul(start, i32.const(width))));
    const edges = body.let(words.edges);
    const value = body.local(loadElement(dtype, x).type);
    body.while(i32.ltU(start, end), () => {
      body.set<Element['type']>(value, loadElement(dtype, x));
      if (lines) {
        const line = i32.mul(i32.divU(start, words.perLine), words.lineBytes);
        body.set(edges, i32.add(words.edges, line));
      }
      const edgeAt = (place: Expr<'i32'>): Element =>
        loadElement(dtype, i32.add(edges, i32.mul(place, i32.const(bytes))));
      if (search === 'among') {
        const place = nearest(body, words.count, (middle) => compare('le', edgeAt(middle), value as Element));
        body.store8(y, compare('eq', edgeAt(place), value as Element));
      } else {
        const beyond = search === 'right' ? 'gt' : 'ge';
        body.store(
          y,
          halve(body, words.count, (middle) => compare(beyond, edgeAt(middle), value as Element)),
        );
      }
      body.advance(x, bytes);
      body.advance(y, width);
      body.advance(start, 1);
    });
  });
  return builder;
}

/** The first of `count` places that is beyond, if those are the last ones. */
function halve(
  body: FunctionBody,
  count: Expr<'i32'>,
  isBeyond: (place: Local<'i32'>) => Expr<'i32'>,
): Local<'i32'> {
  const [low, high] = [body.let(i32.const(0)), body.let(count)];
  body.while(i32.ltU(low, high), () => {
    const middle = body.let(i32.shrU(i32.add(low, high), i32.const(1)));
    const beyond = body.let(isBeyond(middle));
    body.set(high, select(beyond, middle, high));
    body.set(low, select(beyond, low, i32.add(middle, i32.const(1))));
  });
  return low;
}

/**
 * The last of `count` places that is not beyond, the first where all are. Every search takes the same steps, without a
 * branch that hangs on what is found: several go on at a time.
 */
function nearest(
  body: FunctionBody,
  count: Expr<'i32'>,
  isUpTo: (place: Local<'i32'>) => Expr<'i32'>,
): Local<'i32'> {
  const [place, left] = [body.let(i32.const(0)), body.let(count)];
  body.while(i32.gtU(left, i32.const(1)), () => {
    const half = body.let(i32.shrU(left, i32.const(1)));
    const middle = body.let(i32.add(place, half));
    body.advance(place, i32.and(half, i32.sub(i32.const(0), isUpTo(middle))));
    body.set(left, i32.sub(left, half));
  });
  return place;
}

function compare(how: 'eq' | 'gt' | 'ge' | 'le', a: Element, b: Element): Expr<'i32'> {
  if (a.type === 'f32') return f32[how](a, b as Expr<'f32'>);
  if (a.type === 'f64') return f64[how](a, b as Expr<'f64'>);
  return i32[({ eq: 'eq', gt: 'gtS', ge: 'geS', le: 'leS' } as const)[how]](a, b as Expr<'i32'>);
}
