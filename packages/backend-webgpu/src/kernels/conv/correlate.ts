import type { Kernel, KernelContext, Operand } from '@flambeau/core/functional';
import type { AdapterTraits } from '../../device/traits.ts';
import type { GpuContext } from '../context.ts';
import { run } from '../context.ts';
import { endingOf, withEnding } from '../ending.ts';
import type { BlockShape } from './correlate-blocks.ts';
import { blockShader } from './correlate-blocks.ts';
import { tileShader } from './correlate-tiles.ts';
import type { Correlation, CorrelationSizes } from './correlation.ts';
import { correlationSizes, correlationWords } from './correlation.ts';
import type { ConvAttrs } from './geometry.ts';
import { convGeometry } from './geometry.ts';
import type { TileShape } from './tile.ts';
import { threadsOf, tileFor } from './tile.ts';

/** How a correlation is computed. */
type Plan =
  | { readonly kind: 'tiles'; readonly tile: TileShape }
  | { readonly kind: 'blocks'; readonly block: BlockShape };

/** Fewer columns leave most of a tile empty: depthwise convolutions and those of many small groups. */
const THIN = 8;

/** Blocks of 4 points and 8 channels keep a software driver's loads few and its variables in the cache. */
function planOf({ points, columns }: CorrelationSizes, { software, maxThreads }: AdapterTraits): Plan {
  const tile = tileFor(points, columns);
  if (!software && columns > THIN && threadsOf(tile) <= maxThreads) return { kind: 'tiles', tile };
  const block = { points: 4, columns: columns === 1 ? 1 : columns <= 4 ? 4 : 8, spread: !software };
  return { kind: 'blocks', block };
}

function correlate(
  context: GpuContext,
  correlation: Correlation,
  [source, weight, bias]: readonly Operand[],
  result: Operand,
  kernelContext: KernelContext,
): void {
  const sizes = correlationSizes(correlation);
  const plan = planOf(sizes, context.traits);
  const [rows, columns] =
    plan.kind === 'tiles'
      ? [plan.tile.rows, plan.tile.columns]
      : [64 * plan.block.points, plan.block.columns];
  const blocks = [Math.ceil(sizes.points / rows), Math.ceil(sizes.columns / columns)] as const;
  const offsets = {
    source: source.offset,
    weight: weight.offset,
    bias: bias?.offset ?? 0,
    result: result.offset,
  };
  const { params, words } = correlationWords(correlation, offsets, blocks);
  const ending = endingOf(kernelContext, params, bias ? 3 : 2);
  const name = `conv${words.rank}d${words.back ? 'InputGrad' : ''}`;
  const key = `${name} ${bias !== undefined} ${plan.kind} ${rows} ${columns}${ending.key}`;
  const pipeline = context.pipelines.get(key, () =>
    plan.kind === 'tiles'
      ? tileShader(name, words, plan.tile, bias !== undefined, ending, params.words.length)
      : blockShader(name, words, plan.block, bias !== undefined, ending, params.words.length),
  );
  const groups = sizes.phases * sizes.groups * blocks[0] * blocks[1];
  run(context, pipeline, {
    params,
    operands: [source, weight, ...(bias ? [bias] : []), ...ending.operands, result],
    groups,
  });
}

/** Bindings of a correlation: source, weight, bias, result. */
const OWN = 4;

/** Convolution of any rank, as a product that is never laid out: rows are output pixels, columns are filters. */
export function createConv(context: GpuContext): Kernel<ConvAttrs> {
  return withEnding(context, OWN, ([x, w, b], [y], attrs, kernelContext) => {
    if (y.size === 0) return;
    const geometry = convGeometry(x.shape, w.shape, y.shape, attrs);
    correlate(context, { geometry, back: false }, b ? [x, w, b] : [x, w], y, kernelContext);
  });
}

/** Gradient of a convolution's input, each pixel from the outputs that saw it. */
export function createConvInputGrad(context: GpuContext): Kernel<ConvAttrs> {
  return withEnding(context, OWN, ([g, w], [dx], attrs, kernelContext) => {
    if (dx.size === 0) return;
    const geometry = convGeometry(dx.shape, w.shape, g.shape, attrs);
    correlate(context, { geometry, back: true }, [g, w], dx, kernelContext);
  });
}
