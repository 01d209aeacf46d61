import type { Shader } from '../../shader/shader.ts';
import { storage } from '../../shader/shader.ts';
import { storeText } from '../ending.ts';
import { directions, inside, range } from './correlation-text.ts';
import type { TileShape } from './tile.ts';
import { DEPTH, FLUSH, leftAt, multiplyTiles, rightAt, SUMS, threadsOf, tileMemory } from './tile.ts';
import type { WeightWords } from './weight-words.ts';
import { pixelText, weightText } from './weight-words.ts';

/** Products by tiles in workgroup memory. Rows are output channels, columns an input channel and a tap each. */
export function weightTileShader(name: string, w: WeightWords, tile: TileShape, paramWords: number): Shader {
  return {
    name,
    bindings: storage(['f32', 'f32'], ['f32']),
    paramWords,
    threads: threadsOf(tile),
    code: [storeText(w.resultOffset), weightText(w), tileMemory(tile), kernelText(w, tile)].join('\n'),
  };
}

/** Every invocation reads the same rows and columns always, at pixels {@link DEPTH} apart, and so finds them once. */
function kernelText(w: WeightWords, tile: TileShape): string {
  const threads = threadsOf(tile);
  const lanes = threads / DEPTH;
  const rounds = (length: number): number[] => range(Math.ceil((4 * length) / threads));
  const only = (length: number): string => (4 * length < threads ? `if (lane < ${length / 4})` : '');
  const column = (round: number, e: number): string => `c${round}_${e}`;
  const columns = rounds(tile.columns).flatMap((round) =>
    range(4).map(
      (e) => `let ${column(round, e)} = columnOf(firstColumn + 4 * (lane + ${round * lanes}) + ${e});`,
    ),
  );
  const rows = rounds(tile.rows).flatMap((round) =>
    range(4).map(
      (e) =>
        `let row${round}_${e} = min(firstRow + 4 * (lane + ${round * lanes}) + ${e}, ${w.rows} - 1) * ${w.gridPlane};`,
    ),
  );
  const source = (c: string): string => {
    const seen = inside(
      directions(w.rank, (d) => `(base${d} + ${c}.move${d})`),
      w.source,
    );
    return `select(0.0, in1[sourceAt + ${c}.start], ${seen})`;
  };
  const loadRows = (round: number): string =>
    `${only(tile.rows)} { ${leftAt(tile, 'slot', `lane + ${round * lanes}`)} = select(vec4<f32>(), vec4<f32>(${range(
      4,
    )
      .map((e) => `in0[gradientAt + row${round}_${e}]`)
      .join(', ')}), there); }`;
  const loadColumns = (round: number): string =>
    `${only(tile.columns)} { ${rightAt(tile, 'slot', `lane + ${round * lanes}`)} = select(vec4<f32>(), vec4<f32>(${range(
      4,
    )
      .map((e) => source(column(round, e)))
      .join(', ')}), there); }`;
  return `
fn kernel(group: u32, thread: u32) {
  var rest = i32(group);
  let columnBlock = rest % ${w.columnBlocks};
  rest /= ${w.columnBlocks};
  let rowBlock = rest % ${w.rowBlocks};
  rest /= ${w.rowBlocks};
  let part = rest % ${w.parts};
  let own = rest / ${w.parts};
  let firstRow = rowBlock * ${tile.rows};
  let firstColumn = columnBlock * ${tile.columns};
  let slot = i32(thread) % ${DEPTH};
  let lane = i32(thread) / ${DEPTH};
  let columnQuad = i32(thread) % ${tile.columns / 4};
  let rowQuad = i32(thread) / ${tile.columns / 4};
  ${columns.join('\n  ')}
  ${rows.join('\n  ')}
  let start = part * ${w.start};
  let end = min(start + ${w.span}, ${w.pixels});
  ${SUMS}
  var p = pixelOf(start + slot);
  for (var first = start; first < end; first += ${DEPTH}) {
    let there = p.number < end;
    ${pixelText(w)}
    ${rounds(tile.rows).map(loadRows).join('\n    ')}
    ${rounds(tile.columns).map(loadColumns).join('\n    ')}
    advance(&p);
    workgroupBarrier();
    ${multiplyTiles(tile, `((first - start) / ${DEPTH})`)}
    workgroupBarrier();
  }
  ${FLUSH}
  ${range(4)
    .flatMap((i) =>
      range(4).map(
        (k) =>
          `storeAt(part, own, firstRow + 4 * rowQuad + ${i}, firstColumn + 4 * columnQuad + ${k}, total${i}[${k}]);`,
      ),
    )
    .join('\n  ')}
}`;
}
