import { f32, i32 } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, i32x4, v128 } from '../../emit/vector.ts';
import type { Vector } from '../loops/each-vector.ts';

/** Vectors of a turn: neighbours that an engine may pair. */
const VECTORS = 4;
/** Elements of a turn. */
export const PROBE_STEP: number = 4 * VECTORS;

/**
 * A module that shows whether an engine computes pairs of vectors as it computes each: `run(arguments, start, end)` maps
 * 16 float32 numbers a turn, from the address in the first argument to that in the second, by instructions of many kinds.
 */
export function emitProbe(memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const number = (x: number): Vector => body.let(f32x4.splat(f32.const(x)));
    const [one, small, high, low] = [number(1), number(2 ** -20), number(100), number(-100)];
    const offset = body.let(i32.mul(start, i32.const(4 * PROBE_STEP)));
    const x = body.let(i32.add(i32.load(args), offset));
    const y = body.let(i32.add(i32.load(args, 4), offset));
    body.while(i32.ltU(start, end), () => {
      const offsets = Array.from({ length: VECTORS }, (_, v) => 16 * v);
      const read = offsets.map((at) => body.let(v128.load(x, at)));
      const roots = read.map((v) => body.let(f32x4.sqrt(f32x4.abs(v))));
      const clamped = read.map((v, i) =>
        body.let(f32x4.max(low, f32x4.min(high, f32x4.add(f32x4.mul(v, high), roots[i] as Vector)))),
      );
      const quotients = clamped.map((v, i) => body.let(f32x4.div(v, f32x4.add(roots[i] as Vector, one))));
      const chosen = clamped.map((v, i) =>
        body.let(v128.bitselect(quotients[i] as Vector, f32x4.neg(v), f32x4.lt(v, one))),
      );
      const words = read.map((v) =>
        body.let(i32x4.add(i32x4.shrS(v, i32.const(3)), i32x4.truncSatF32x4S(v))),
      );
      const sums = chosen.map((v, i) =>
        body.let(f32x4.sub(v, f32x4.mul(f32x4.convertI32x4S(words[i] as Vector), small))),
      );
      for (const [i, sum] of sums.entries()) body.store(y, sum, offsets[i]);
      body.advance(x, 4 * PROBE_STEP);
      body.advance(y, 4 * PROBE_STEP);
      body.advance(start, 1);
    });
  });
  return builder;
}
