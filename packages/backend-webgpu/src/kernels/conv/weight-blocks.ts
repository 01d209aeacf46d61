import type { Shader } from '../../shader/shader.ts';
import { storage, WORKGROUP } from '../../shader/shader.ts';
import { storeText } from '../ending.ts';
import { CHUNK } from './correlate-blocks.ts';
import { directions, inside, range } from './correlation-text.ts';
import type { WeightWords } from './weight-words.ts';
import { pixelText, weightText } from './weight-words.ts';

/** Columns of a block: an input channel and a tap each. */
export const BLOCK_COLUMNS = 8;

/** What an invocation computes. */
export interface WeightBlock {
  /** Output channels: 1, or a multiple of 4. */
  readonly rows: number;
  /** Its columns are channels at one tap, so that one test of the borders does for all; else any columns in a row. */
  readonly oneTap: boolean;
}

/**
 * Register blocks without workgroup memory. Neighbours have parts of one block, so that they read neighbouring pixels where
 * parts take turns.
 */
export function weightBlockShader(
  name: string,
  w: WeightWords,
  block: WeightBlock,
  paramWords: number,
): Shader {
  return {
    name,
    bindings: storage(['f32', 'f32'], ['f32']),
    paramWords,
    threads: WORKGROUP,
    code: [storeText(w.resultOffset), weightText(w), kernelText(w, block)].join('\n'),
  };
}

function kernelText(w: WeightWords, { rows, oneTap }: WeightBlock): string {
  const filter = w.taps.join(' * ');
  const vectors = rows === 1 ? 1 : rows / 4;
  const type = rows === 1 ? 'f32' : 'vec4<f32>';
  const columns = range(BLOCK_COLUMNS);
  const cells = columns.flatMap((j) => range(vectors).map((v) => `${j}_${v}`));
  const gradient = (i: number): string => `in0[gradientAt + row${i}]`;
  const gradients = range(vectors).map((v) =>
    rows === 1
      ? gradient(0)
      : `vec4<f32>(${range(4)
          .map((lane) => gradient(4 * v + lane))
          .join(', ')})`,
  );
  const seen = (j: number): string =>
    inside(
      directions(w.rank, (d) => `(base${d} + c${j}.move${d})`),
      w.source,
    );
  const column = (j: number): string =>
    oneTap ? `(firstChannel + ${j}) * ${filter} + tap` : `firstColumn + ${j}`;
  const flush = cells.map((c) => `total${c} += part${c}; part${c} = ${type}();`).join(' ');
  const value = (i: number, j: number): string =>
    rows === 1 ? `total${j}_0` : `total${j}_${i >> 2}[${i & 3}]`;
  return `
fn kernel(group: u32, thread: u32) {
  var rest = i32(group) * ${WORKGROUP} + i32(thread);
  let part = rest % ${w.parts};
  rest /= ${w.parts};
  let columnBlock = rest % ${w.columnBlocks};
  rest /= ${w.columnBlocks};
  let rowBlock = rest % ${w.rowBlocks};
  let own = rest / ${w.rowBlocks};
  if (own >= ${w.groups}) { return; }
  ${
    oneTap
      ? `let tap = columnBlock % (${filter}); let firstChannel = columnBlock / (${filter}) * ${BLOCK_COLUMNS};`
      : `let firstColumn = columnBlock * ${BLOCK_COLUMNS};`
  }
  let firstRow = rowBlock * ${rows};
  ${columns.map((j) => `let c${j} = columnOf(${column(j)});`).join('\n  ')}
  ${range(rows)
    .map((i) => `let row${i} = min(firstRow + ${i}, ${w.rows} - 1) * ${w.gridPlane};`)
    .join('\n  ')}
  ${cells.map((c) => `var total${c} = ${type}(); var part${c} = ${type}();`).join(' ')}
  var p = pixelOf(part * ${w.start});
  let end = min(p.number + ${w.span}, ${w.pixels});
  while (p.number < end) {
    let stop = min(p.number + ${CHUNK} * ${w.step}, end);
    while (p.number < stop) {
    ${pixelText(w)}
    ${gradients.map((text, v) => `let g${v} = ${text};`).join('\n    ')}
    ${oneTap ? `let seen = ${seen(0)};` : ''}
    ${columns
      .map((j) => `let x${j} = select(0.0, in1[sourceAt + c${j}.start], ${oneTap ? 'seen' : seen(j)});`)
      .join('\n    ')}
    ${columns.flatMap((j) => range(vectors).map((v) => `part${j}_${v} += x${j} * g${v};`)).join('\n    ')}
    advance(&p);
    }
    ${flush}
  }
  ${range(rows)
    .flatMap((i) => columns.map((j) => `storeAt(part, own, firstRow + ${i}, ${column(j)}, ${value(i, j)});`))
    .join('\n  ')}
}`;
}
