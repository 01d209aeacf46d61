import type { Kernel, NoAttrs, Operand, PrimitiveOps } from '@flambeau/core/functional';
import { mergeLayouts } from '@flambeau/core/functional';
import { elementwise, storage } from '../shader/shader.ts';
import { locate, Params } from '../wgsl/layout.ts';
import { bitsOf } from '../words.ts';
import type { GpuContext } from './context.ts';
import { run } from './context.ts';

/** Places operands of one shape in the parameters. */
function walks(
  params: Params,
  shape: readonly number[],
  operands: readonly Operand[],
): { rank: number; shapeAt: number; at: number[] } {
  const merged = mergeLayouts({ shape, strides: operands.map(({ strides }) => strides) });
  const shapeAt = params.add(...merged.shape);
  const at = operands.map(({ offset }, i) => params.add(offset, ...(merged.strides[i] ?? [])));
  return { rank: merged.shape.length, shapeAt, at };
}

/** Copies between any two layouts of one shape, bit for bit. */
export function createCopy(context: GpuContext): Kernel<NoAttrs> {
  return ([x], [y]) => {
    if (x.size === 0) return;
    const params = new Params(x.size);
    const { rank, shapeAt, at } = walks(params, x.shape, [x, y]);
    const pipeline = context.pipelines.get(`copy ${rank}`, () =>
      elementwise({
        name: `copy ${rank}`,
        bindings: storage(['u32'], ['u32']),
        paramWords: params.words.length,
        code: [
          locate('sourceAt', { rank, shape: shapeAt, walk: at[0] }),
          locate('placeOf', { rank, shape: shapeAt, walk: at[1] }),
          'fn element(i: i32) { out[placeOf(i)] = in0[sourceAt(i)]; }',
        ].join('\n'),
      }),
    );
    run(context, pipeline, { params, operands: [x, y] });
  };
}

/** Sets every element. */
export function createFill(context: GpuContext): Kernel<PrimitiveOps['fill']> {
  return (_inputs, [y], { value }) => {
    if (y.size === 0) return;
    const params = new Params(y.size);
    const { rank, shapeAt, at } = walks(params, y.shape, [y]);
    const wordAt = params.add(
      y.dtype === 'float32' ? bitsOf(value) : y.dtype === 'bool' ? Number(value !== 0) : value | 0,
    );
    const pipeline = context.pipelines.get(`fill ${rank}`, () =>
      elementwise({
        name: `fill ${rank}`,
        bindings: storage([], ['u32']),
        paramWords: params.words.length,
        code: [
          locate('placeOf', { rank, shape: shapeAt, walk: at[0] }),
          `fn element(i: i32) { out[placeOf(i)] = bitcast<u32>(param(${wordAt}u)); }`,
        ].join('\n'),
      }),
    );
    run(context, pipeline, { params, operands: [y] });
  };
}
