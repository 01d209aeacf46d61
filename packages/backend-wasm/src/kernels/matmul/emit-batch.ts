import { i32 } from '../../emit/expression.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { partsOf } from '../loops/integers.ts';
import { argumentWords } from '../loops/words.ts';
import type { OutputMap } from '../output-map.ts';
import { addOutputMap } from '../output-map.ts';
import { addMultiply, MULTIPLY_ARGUMENTS } from './multiply.ts';
import { addPack, PACK_ARGUMENTS } from './pack.ts';
import type { Tile } from './tile.ts';

/** After the arguments of packing and multiplying, which hold for all products but for their addresses. */
export const BATCH_ARGUMENTS = argumentWords(
  /** Three words for each product: the addresses of the factors and of the output. */
  'products',
  'scratch',
  'scratchBytes',
);

/** Where a thread packs, after its own arguments. */
export const BATCH_PANELS_AT: number = PACK_ARGUMENTS.bytes + MULTIPLY_ARGUMENTS.bytes;

/**
 * The module that multiplies many small matrices: `run(arguments, start, end, thread)` packs and multiplies the products
 * from `start` to `end`, one after the other.
 */
export function emitBatch(
  memory: MemoryImport,
  fused: boolean,
  tile: Tile,
  map: OutputMap | null,
): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  const apply = addOutputMap(builder, map);
  const pack = addPack(builder, 'pack', tile);
  const multiply = addMultiply(builder, 'multiply', fused, tile, apply);
  builder.addFunction('run', ['i32', 'i32', 'i32', 'i32'], (body, args, start, end, thread) => {
    const batch = BATCH_ARGUMENTS.read(body, i32.add(args, i32.const(BATCH_PANELS_AT)));
    const own = body.let(i32.add(batch.scratch, i32.mul(thread, batch.scratchBytes)));
    for (let at = 0; at < BATCH_PANELS_AT; at += 4) body.store(own, i32.load(args, at), at);
    const product = body.let(i32.add(own, i32.const(PACK_ARGUMENTS.bytes)));
    const tiles = body.let(i32.load(args, PACK_ARGUMENTS.at('tiles')));
    const panels = partsOf(i32.load(args, PACK_ARGUMENTS.at('n')), tile.columns);
    const all = body.let(i32.add(tiles, panels));
    const packedA = body.let(i32.add(own, i32.load(args, PACK_ARGUMENTS.at('packedA'))));
    const packedB = body.let(i32.add(own, i32.load(args, PACK_ARGUMENTS.at('packedB'))));
    body.store(own, packedA, PACK_ARGUMENTS.at('packedA'));
    body.store(own, packedB, PACK_ARGUMENTS.at('packedB'));
    body.store(product, packedA, MULTIPLY_ARGUMENTS.at('packedA'));
    body.store(product, packedB, MULTIPLY_ARGUMENTS.at('packedB'));
    const edges = i32.add(own, i32.load(product, MULTIPLY_ARGUMENTS.at('edges')));
    body.store(product, edges, MULTIPLY_ARGUMENTS.at('edges'));
    const addresses = body.let(i32.add(batch.products, i32.mul(start, i32.const(12))));
    body.while(i32.ltU(start, end), () => {
      body.store(own, i32.load(addresses), PACK_ARGUMENTS.at('a'));
      body.store(own, i32.load(addresses, 4), PACK_ARGUMENTS.at('b'));
      body.store(product, i32.load(addresses, 8), MULTIPLY_ARGUMENTS.at('output'));
      body.call(pack, own, i32.const(0), all);
      body.call(multiply, product, i32.const(0), tiles);
      body.advance(addresses, 12);
      body.advance(start, 1);
    });
  });
  return builder;
}
