import type { Shader } from '../../shader/shader.ts';
import { storage } from '../../shader/shader.ts';
import type { Ending } from '../ending.ts';
import { storeText } from '../ending.ts';
import type { CorrelationWords } from './correlation.ts';
import {
  correlationText,
  directions,
  inside,
  range,
  sourcePositions,
  tapStrides,
  weighted,
  workgroupText,
} from './correlation-text.ts';
import type { TileShape } from './tile.ts';
import { DEPTH, FLUSH, leftAt, multiplyTiles, rightAt, SUMS, threadsOf, tileMemory } from './tile.ts';

/** A position that lies outside all planes, whatever is added to it. */
const NOWHERE = -(2 ** 30);

/** Products by tiles in workgroup memory: what GPUs want. Rows are points, columns are channels of the result. */
export function tileShader(
  name: string,
  w: CorrelationWords,
  tile: TileShape,
  bias: boolean,
  ending: Ending,
  paramWords: number,
): Shader {
  return {
    name,
    bindings: storage(
      ['f32', 'f32', ...(bias ? (['f32'] as const) : []), ...ending.bindings],
      [ending.output],
    ),
    paramWords,
    threads: threadsOf(tile),
    code: [
      storeText(w.resultOffset, ending),
      correlationText(w, bias),
      tileMemory(tile),
      tapText(w),
      kernelText(w, tile),
    ].join('\n'),
  };
}

/**
 * The text of `findTap(phase, own, step, slot)`: where a step of the depth, that is a channel and a tap, finds its elements. One
 * invocation finds it for all, a tile ahead.
 */
function tapText(w: CorrelationWords): string {
  const { rank } = w;
  const moves = directions(rank, (d) => `t${d} * ${w.move[d]}`);
  const tap = weighted(
    directions(rank, (d) => `(p.first${d} + t${d} * ${w.every[d]})`),
    tapStrides(w),
  );
  return `
var<workgroup> tapSource: array<i32, ${2 * DEPTH}>;
var<workgroup> tapWeight: array<i32, ${2 * DEPTH}>;
${directions(rank, (d) => `var<workgroup> tapMove${d}: array<i32, ${2 * DEPTH}>;`).join('\n')}
fn findTap(p: Phase, own: i32, step: i32, slot: i32) {
  var rest = step;
  ${directions(rank, (d) => `let t${d} = rest % p.count${d}; rest /= p.count${d};`)
    .reverse()
    .join('\n  ')}
  let there = rest < ${w.sums};
  ${moves.map((move, d) => `tapMove${d}[slot] = ${d === 0 ? `select(${NOWHERE}, ${move}, there)` : move};`).join('\n  ')}
  tapSource[slot] = rest * ${w.sourcePlane} + ${weighted(
    moves.map((move) => `(${move})`),
    w.sourceStrides,
  )};
  tapWeight[slot] = select(-1, ${w.weightOffset} + own * ${w.weightGroup} + rest * ${w.weightSum} + ${tap}, there);
}`;
}

/** Every invocation reads vectors of 4 points of its own, always the same ones, so that these are found once. */
function kernelText(w: CorrelationWords, tile: TileShape): string {
  const { rank } = w;
  const threads = threadsOf(tile);
  const quads = tile.rows / 4;
  const rounds = (length: number): number[] => range(Math.ceil((4 * length) / threads));
  const at = (e: number): string[] => directions(rank, (d) => `at${e}_${d}`);
  const point = (e: number): string =>
    `let point${e} = firstPoint + 4 * quad + ${e};
  let q${e} = pointOf(point${e});
  ${sourcePositions(w, `q${e}`)
    .map((text, d) => {
      const own = `let ${at(e)[d]} = `;
      return d === 0 ? `${own}select(${NOWHERE}, ${text}, point${e} < ${w.points});` : `${own}${text};`;
    })
    .join(' ')}
  let image${e} = ${w.sourceOffset} + (q${e}.image * ${w.groups} + own) * ${w.sums} * ${w.sourcePlane} + ${weighted(at(e), w.sourceStrides)};`;
  const element = (e: number): string => {
    const moved = at(e).map((text, d) => `(${text} + move${d})`);
    return `select(0.0, in0[image${e} + place], ${inside(moved, w.source)})`;
  };
  const loadPoints = (round: number): string => `{
      let step = i32(thread) / ${quads} + ${(round * threads) / quads};
      let place = tapSource[slots + step];
      ${directions(rank, (d) => `let move${d} = tapMove${d}[slots + step];`).join(' ')}
      ${leftAt(tile, 'step', 'quad')} = vec4<f32>(${range(4).map(element).join(', ')});
    }`;
  const loadWeights = (round: number): string => `{
      let step = i32(thread) % ${DEPTH};
      let four = i32(thread) / ${DEPTH} + ${(round * threads) / DEPTH};
      let place = tapWeight[slots + step];
      ${4 * tile.columns < threads ? `if (four < ${tile.columns / 4})` : ''} {
        ${rightAt(tile, 'step', 'four')} = select(vec4<f32>(), vec4<f32>(${range(4)
          .map((e) => `in1[place + min(firstColumn + 4 * four + ${e}, ${w.columns} - 1) * ${w.weightColumn}]`)
          .join(', ')}), place >= 0);
      }
    }`;
  return `
fn kernel(group: u32, thread: u32) {
  ${workgroupText(w)}
  let firstPoint = pointBlock * ${tile.rows};
  let firstColumn = columnBlock * ${tile.columns};
  let quad = i32(thread) % ${quads};
  let rowQuad = quad;
  let columnQuad = i32(thread) / ${quads};
  ${range(4).map(point).join('\n  ')}
  let depth = ${w.sums} * ${directions(rank, (d) => `phase.count${d}`).join(' * ')};
  ${SUMS}
  if (thread < ${DEPTH}u && depth > 0) { findTap(phase, own, i32(thread), i32(thread)); }
  workgroupBarrier();
  for (var first = 0; first < depth; first += ${DEPTH}) {
    let slots = first & ${DEPTH};
    ${rounds(tile.rows).map(loadPoints).join('\n    ')}
    ${rounds(tile.columns).map(loadWeights).join('\n    ')}
    if (thread < ${DEPTH}u) { findTap(phase, own, first + ${DEPTH} + i32(thread), (slots ^ ${DEPTH}) + i32(thread)); }
    workgroupBarrier();
    ${multiplyTiles(tile, `(first / ${DEPTH})`)}
    workgroupBarrier();
  }
  ${FLUSH}
  ${range(4)
    .map((i) => {
      const stores = range(4).map(
        (k) => `storeAt(place${i}, own, firstColumn + 4 * columnQuad + ${k}, total${i}[${k}]);`,
      );
      return `let place${i} = select(-1, placeOf(phase, q${i}, own), point${i} < ${w.points});
  ${stores.join(' ')}`;
    })
    .join('\n  ')}
}`;
}
