import type { Kernel, Operand } from '@flambeau/core/functional';
import { sizeOf } from '@flambeau/core/functional';
import type { AdapterTraits } from '../../device/traits.ts';
import { WORKGROUP } from '../../shader/shader.ts';
import { addParts } from '../add-parts.ts';
import type { GpuContext } from '../context.ts';
import { run, withScratch } from '../context.ts';
import type { ConvAttrs, ConvGeometry } from './geometry.ts';
import { convGeometry } from './geometry.ts';
import type { TileShape } from './tile.ts';
import { DEPTH, threadsOf, tileFor } from './tile.ts';
import type { WeightBlock } from './weight-blocks.ts';
import { BLOCK_COLUMNS, weightBlockShader } from './weight-blocks.ts';
import { weightTileShader } from './weight-tiles.ts';
import type { Parts } from './weight-words.ts';
import { columnsOf, pixelsOf, weightWords } from './weight-words.ts';

/** How the gradient of a weight is computed: by tiles or by register blocks. */
interface Plan {
  readonly shape: { readonly tile: TileShape } | { readonly block: WeightBlock };
  readonly rowBlocks: number;
  readonly columnBlocks: number;
  readonly parts: Parts;
}

/** Fewer output channels leave most of a tile empty. */
const THIN = 8;
/** Workgroups of tiles, and invocations of register blocks, that keep a device busy. Few are enough for a software driver. */
const BUSY = { tiles: 256, blocks: 1 << 15, software: 256 };
/** Pixels that are worth a part of their own. */
const LEAST = 128;
/** Parts that take turns, of which neighbours read neighbouring pixels: at least a subgroup's. */
const TURNS = 64;

function planOf(geometry: ConvGeometry, { software, maxThreads }: AdapterTraits): Plan {
  const { groups, inputs, outputs } = geometry;
  const columns = columnsOf(geometry);
  const pixels = pixelsOf(geometry);
  const most = Math.max(Math.floor(pixels / LEAST), 1);
  const tile = tileFor(outputs, columns);
  if (!software && outputs > THIN && threadsOf(tile) <= maxThreads) {
    const rowBlocks = Math.ceil(outputs / tile.rows);
    const columnBlocks = Math.ceil(columns / tile.columns);
    const count = Math.min(Math.ceil(BUSY.tiles / (groups * rowBlocks * columnBlocks)), most);
    return { shape: { tile }, rowBlocks, columnBlocks, parts: runs(pixels, count, DEPTH) };
  }
  const rows = outputs === 1 ? 1 : outputs <= 4 ? 4 : 8;
  const oneTap = inputs >= BLOCK_COLUMNS;
  const rowBlocks = Math.ceil(outputs / rows);
  const columnBlocks = oneTap
    ? Math.ceil(inputs / BLOCK_COLUMNS) * sizeOf(geometry.taps)
    : Math.ceil(columns / BLOCK_COLUMNS);
  const own = groups * rowBlocks * columnBlocks;
  const turns = Math.min(Math.ceil(BUSY.blocks / own / TURNS), Math.ceil(pixels / TURNS / DEPTH));
  const parts = software
    ? runs(pixels, Math.min(Math.ceil(BUSY.software / own), most), 1)
    : { count: TURNS * turns, start: 1, step: TURNS * turns, span: pixels };
  return { shape: { block: { rows, oneTap } }, rowBlocks, columnBlocks, parts };
}

/** Parts of neighbouring pixels. */
function runs(pixels: number, count: number, step: number): Parts {
  const span = Math.max(Math.ceil(pixels / count / DEPTH), 1) * DEPTH;
  return { count: Math.max(Math.ceil(pixels / span), 1), start: span, step, span };
}

/** Gradient of a convolution's weight. The sum over all pixels is long: parts of it are computed side by side, then added in order. */
export function createConvWeightGrad(context: GpuContext): Kernel<ConvAttrs> {
  return ([g, x], [dw], attrs, kernelContext) => {
    if (dw.size === 0) return;
    const geometry = convGeometry(x.shape, dw.shape, g.shape, attrs);
    const plan = planOf(geometry, context.traits);
    if (plan.parts.count === 1) {
      launch(context, geometry, plan, [g, x, dw]);
      return;
    }
    const { count } = plan.parts;
    withScratch(context, count * dw.size, ({ block }) => {
      launch(context, geometry, plan, [g, x, { block, offset: 0 }]);
      addParts(context, block, count, dw, kernelContext);
    });
  };
}

function launch(
  context: GpuContext,
  geometry: ConvGeometry,
  { shape, rowBlocks, columnBlocks, parts }: Plan,
  operands: readonly Pick<Operand, 'block' | 'offset'>[],
): void {
  const [gradient, source, result] = operands.map(({ offset }) => offset);
  const offsets = { gradient, source, result };
  const { params, words } = weightWords(geometry, offsets, parts, [rowBlocks, columnBlocks]);
  const name = `conv${words.rank}dWeightGrad`;
  const blocks = geometry.groups * rowBlocks * columnBlocks * parts.count;
  if ('tile' in shape) {
    const { tile } = shape;
    const pipeline = context.pipelines.get(`${name} tiles ${tile.rows} ${tile.columns}`, () =>
      weightTileShader(name, words, tile, params.words.length),
    );
    run(context, pipeline, { params, operands, groups: blocks });
  } else {
    const { block } = shape;
    const pipeline = context.pipelines.get(`${name} ${block.rows} ${block.oneTap}`, () =>
      weightBlockShader(name, words, block, params.words.length),
    );
    run(context, pipeline, { params, operands, groups: Math.ceil(blocks / WORKGROUP) });
  }
}
