import type { DType, Kernel, ReduceAttrs } from '@flambeau/core/functional';
import { DTYPES, sizeOf } from '@flambeau/core/functional';
import { f32, f64, i32, select } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import type { Copier } from '../copy/copy.ts';
import { loadWide } from '../loops/elements.ts';
import { addUnits } from '../loops/words.ts';
import { addressOf } from '../operand.ts';
import type { NestKind } from './nest.ts';
import { nestCode, nestWords, stridedNestOf } from './nest.ts';

/** Elements that are worth another thread: some 50 µs. */
const GRAIN = 32_768;

/** Products over the last dimensions, in float64. One of integers outside of int32 is a fault; large ones times 0 are not. */
export function createProd(
  kernels: KernelCache,
  execute: Executor,
  scratch: Scratch,
  copier: Copier,
): Kernel<ReduceAttrs> {
  const { memory } = kernels;
  return ([x], [y], { count }) => {
    if (x.size === 0) {
      copier.fill(1, y);
      return undefined;
    }
    const loops = stridedNestOf(x, count);
    const { keptRank, outerRank } = loops;
    const kernel = kernels.get(`prod ${x.dtype} ${keptRank} ${outerRank}`, () =>
      emitProd(x.dtype, loops, memory),
    );
    const fault = scratch.reserve(4);
    memory.views.int32[fault / 4] = 0;
    const words = nestWords(loops, addressOf(x), addressOf(y), DTYPES[x.dtype].bytes);
    const units = sizeOf(loops.kept.shape);
    const args = writeWords(memory, [...words, fault]);
    execute(kernel, args, units, Math.max(1, Math.floor((GRAIN * units) / x.size)));
    // The error tells neither.
    return memory.views.int32[fault / 4] === 0 ? undefined : { value: Number.NaN, index: 0 };
  };
}

/** Words of a nest's arguments before its dimensions. */
const HEAD = 7;

/** A unit of work is a product. */
function emitProd(dtype: DType, kind: NestKind, memory: MemoryImport): ModuleBuilder {
  const faultAt = HEAD + 2 * (kind.keptRank + kind.outerRank);
  const whole = dtype !== 'float32' && dtype !== 'float64';
  return addUnits(new ModuleBuilder(memory), (body, word) => {
    const { length, step, y, start, eachRun } = nestCode(body, word, kind);
    const fault = body.let(word(faultAt));
    const [total, value, at, left] = [
      body.local('f64'),
      body.local('f64'),
      body.local('i32'),
      body.local('i32'),
    ];
    return (unit) => {
      body.set(total, f64.const(1));
      eachRun(start(unit), (run) => {
        body.set(at, run);
        body.set(left, length);
        body.doWhile(left, () => {
          body.set(value, loadWide(dtype, at));
          const product = f64.mul(total, value);
          // Infinity times 0 is no number.
          body.set(total, whole ? select(f64.eq(value, f64.const(0)), value, product) : product);
          body.advance(at, step);
          body.advance(left, -1);
        });
      });
      const to = body.let(i32.add(y, i32.mul(unit, i32.const(dtype === 'float64' ? 8 : 4))));
      if (dtype === 'float64') body.store(to, total);
      else if (dtype === 'float32') body.store(to, f32.demoteF64(total));
      else {
        const integer = body.let(i32.truncSatF64S(total));
        body.store(to, integer);
        body.if(f64.ne(f64.convertI32S(integer), total), () => body.store(fault, i32.const(1)));
      }
    };
  });
}
