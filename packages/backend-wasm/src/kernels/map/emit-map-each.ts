import type { MapProgram } from '@flambeau/core/functional';
import { i32 } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { argumentPlaces } from './arguments.ts';
import { emitLoops } from './emit-map.ts';
import type { MapLayout } from './layout.ts';

/** The layout of calls: every operand in the order of its output. */
export function inOrder({ inputs }: MapProgram): MapLayout {
  return { rank: 1, walks: inputs.map(() => 'row') };
}

/**
 * Writes a program as a module with one function `run(arguments, start, end)` for several sets of arguments that stand
 * one after the other: it computes the elements from `start` to `end` of all outputs, counted through.
 */
export function emitMapEach(program: MapProgram, memory: MemoryImport): Uint8Array<ArrayBuffer> {
  const layout = inOrder(program);
  const places = argumentPlaces(program, layout);
  return emitLoops(program, layout, memory, (body, args, start, end, compute) => {
    const own = body.let(args);
    /** How many elements stand before the present set's. */
    const before = body.let(i32.const(0));
    const size = body.let(i32.load(own, places.size(0)));
    const goOn = (): void => {
      body.advance(before, size);
      body.advance(own, places.bytes);
    };
    body.while(i32.geU(i32.sub(start, before), size), () => {
      goOn();
      body.set(size, i32.load(own, places.size(0)));
    });
    const first = body.let(i32.sub(start, before));
    body.while(i32.ltU(before, end), () => {
      body.set(size, i32.load(own, places.size(0)));
      const last = body.let(size);
      body.if(i32.gtU(last, i32.sub(end, before)), () => body.set(last, i32.sub(end, before)));
      compute(own, first, last);
      body.set(first, i32.const(0));
      goOn();
    });
  });
}
