import type { Kernel, KernelContext, NoAttrs, Operand } from '@flambeau/core/functional';
import { mergeLayouts } from '@flambeau/core/functional';
import type { GpuContext } from '../context.ts';
import { run } from '../context.ts';
import { endingOf, withEnding } from '../ending.ts';
import { dotGroups, dots } from './dots.ts';
import { groupsOf, groupTileFor, groupTiles } from './group-tiles.ts';
import { problemOf, structureOf } from './problem.ts';
import { REGISTER_TILE, registerTiles } from './register-tiles.ts';

/** Rows or columns up to which a product of long rows is taken as dot products. */
const THIN = 4;
/** … and how long they must be. */
const LONG = 128;

/** A product of two factors, plus a bias for each column if there is one. */
interface Product {
  readonly a: Operand;
  readonly b: Operand;
  readonly bias?: Operand | undefined;
  readonly y: Operand;
}

/** Bindings of a product: both factors, bias, result. */
const OWN = 4;

/** `y = a·b`, with a bias for each column if there is one. */
function multiply(context: GpuContext, { a, b, bias, y }: Product, kernelContext: KernelContext): void {
  if (y.size === 0) return;
  const problem = problemOf(a, b, y, bias);
  const { m, n, k, batches, params } = problem;
  const ending = endingOf(kernelContext, params, bias ? 3 : 2);
  const operands = [a, b, ...(bias ? [bias] : []), ...ending.operands, y];
  const structure = structureOf(problem) + ending.key;
  if (context.traits.software) {
    const pipeline = context.pipelines.get(`matmul registers ${structure}`, () =>
      registerTiles(problem, ending),
    );
    const tiles = Math.ceil(m / REGISTER_TILE) * Math.ceil(n / REGISTER_TILE) * batches;
    run(context, pipeline, { params: params.counting(tiles), operands });
  } else if (Math.min(m, n) <= THIN && k >= LONG) {
    const key = `matmul dots ${problem.byFours} ${problem.bias} ${problem.places.left.rank}${ending.key}`;
    const pipeline = context.pipelines.get(key, () => dots(problem, ending));
    run(context, pipeline, { params, operands, groups: dotGroups(problem) });
  } else {
    const tile = groupTileFor(problem);
    const key = `matmul ${tile.edge} ${structure}`;
    const pipeline = context.pipelines.get(key, () => groupTiles(problem, tile, ending));
    run(context, pipeline, { params, operands, groups: groupsOf(problem, tile) });
  }
}

/** Batched matrix product. Views are read in place. */
export function createMatmul(context: GpuContext): Kernel<NoAttrs> {
  return withEnding(context, OWN, ([a, b], [y], _attrs, kernelContext) =>
    multiply(context, { a: a as Operand, b: b as Operand, y: y as Operand }, kernelContext),
  );
}

/** x·wᵀ + b: both are read in place, the rows of x as far as they follow each other in one step. */
export function createLinear(context: GpuContext): Kernel<NoAttrs> {
  return withEnding(context, OWN, ([x, w, bias], [y], _attrs, kernelContext) => {
    const { shape, strides } = x as Operand;
    const last = shape.length - 1;
    const rows = mergeLayouts({ shape: shape.slice(0, last), strides: [strides.slice(0, last)] });
    const [rowStrides = []] = rows.strides;
    const outer = rows.shape.length === 0 ? [1] : rows.shape;
    const left: Operand = {
      ...(x as Operand),
      shape: [...outer, shape[last] as number],
      strides: [...(rows.shape.length === 0 ? [0] : rowStrides), strides[last] as number],
    };
    const [outputs, inputs] = (w as Operand).shape as [number, number];
    const [ofOutput, ofInput] = (w as Operand).strides as [number, number];
    const batch = outer.slice(1);
    const right: Operand = {
      ...(w as Operand),
      shape: [...batch, inputs, outputs],
      strides: [...batch.map(() => 0), ofInput, ofOutput],
    };
    multiply(context, { a: left, b: right, bias, y: y as Operand }, kernelContext);
  });
}
