import type { Kernel, KernelContext, NoAttrs, Operand } from '@flambeau/core/functional';
import { mergeLayouts } from '@flambeau/core/functional';
import { addParts } from '../add-parts.ts';
import type { GpuContext } from '../context.ts';
import { run, withScratch } from '../context.ts';
import { endingOf, NO_ENDING, withEnding } from '../ending.ts';
import { dotGroups, dots } from './dots.ts';
import type { GroupTile } from './group-tiles.ts';
import { groupsOf, groupTileFor, groupTiles, partsFor, SLAB } from './group-tiles.ts';
import type { Problem } from './problem.ts';
import { inParts, problemOf, structureOf } from './problem.ts';
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
function multiply(context: GpuContext, product: Product, kernelContext: KernelContext): void {
  const { a, b, bias, y } = product;
  if (y.size === 0) return;
  const problem = problemOf(a, b, y, bias);
  const { m, n, k, batches, params } = problem;
  const tile = groupTileFor(problem);
  // A bias would be added in every part.
  const parts = context.traits.software || bias ? 1 : partsFor(problem, tile);
  const isThin = Math.min(m, n) <= THIN && k >= LONG;
  if (parts > 1 && !isThin) {
    multiplyInParts(context, problem, tile, parts, product, kernelContext);
    return;
  }
  const ending = endingOf(kernelContext, params, bias ? 3 : 2);
  const operands = [a, b, ...(bias ? [bias] : []), ...ending.operands, y];
  const structure = structureOf(problem) + ending.key;
  if (context.traits.software) {
    const pipeline = context.pipelines.get(`matmul registers ${structure}`, () =>
      registerTiles(problem, ending),
    );
    const tiles = Math.ceil(m / REGISTER_TILE) * Math.ceil(n / REGISTER_TILE) * batches;
    run(context, pipeline, { params: params.counting(tiles), operands });
  } else if (isThin) {
    const pipeline = context.pipelines.get(`matmul dots ${structure}`, () => dots(problem, ending));
    run(context, pipeline, { params, operands, groups: dotGroups(problem) });
  } else {
    const pipeline = context.pipelines.get(`matmul ${tile.edge} ${structure}`, () =>
      groupTiles(problem, tile, ending),
    );
    run(context, pipeline, { params, operands, groups: groupsOf(problem, tile) });
  }
}

/** The same by groups that take a part of the summed axis each, whose sums are then added in order. */
function multiplyInParts(
  context: GpuContext,
  problem: Problem,
  tile: GroupTile,
  parts: number,
  { a, b, y }: Product,
  kernelContext: KernelContext,
): void {
  const { n, k, params } = problem;
  const inScratch = { ...problem, byFours: n % 4 === 0 };
  // Whole slabs, so that no part begins within one.
  inParts(problem, Math.ceil(k / parts / SLAB) * SLAB);
  withScratch(context, parts * y.size, (sums) => {
    const pipeline = context.pipelines.get(`matmul ${tile.edge} ${structureOf(inScratch)}`, () =>
      groupTiles(inScratch, tile, NO_ENDING),
    );
    run(context, pipeline, { params, operands: [a, b, sums], groups: groupsOf(problem, tile) * parts });
    addParts(context, sums.block, parts, y, kernelContext);
  });
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
