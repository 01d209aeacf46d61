import type { Shader } from '../../shader/shader.ts';
import { storage, WORKGROUP } from '../../shader/shader.ts';
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

/** What an invocation computes: some points, for some channels of the result. */
export interface BlockShape {
  readonly points: number;
  /** 1, or a multiple of 4. */
  readonly columns: number;
  /** An invocation's points follow each other, or neighbours have them by turns, so that they read together. */
  readonly spread: boolean;
}

/** Products that are added in a row before their sum goes to the total, so that rounding errors stay small. */
export const CHUNK = 64;

/** Channels after which another tap is looked at, which takes some arithmetic. */
const CHANNELS = 32;

/** Register blocks without workgroup memory: what software drivers want, and what is left with few channels in a group. */
export function blockShader(
  name: string,
  w: CorrelationWords,
  shape: BlockShape,
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
    threads: WORKGROUP,
    code: [storeText(w.resultOffset, ending), correlationText(w, bias), kernelText(w, shape)].join('\n'),
  };
}

function kernelText(w: CorrelationWords, { points, columns, spread }: BlockShape): string {
  const { rank } = w;
  const last = `t${rank - 1}`;
  const vectors = columns === 1 ? 1 : columns / 4;
  const type = columns === 1 ? 'f32' : 'vec4<f32>';
  const all = range(points);
  const cells = all.flatMap((i) => range(vectors).map((v) => `${i}_${v}`));
  const channel = (k: number): string => `in1[at + column${k}]`;
  const weights = range(vectors).map((v) =>
    columns === 1
      ? channel(0)
      : `vec4<f32>(${range(4)
          .map((lane) => channel(4 * v + lane))
          .join(', ')})`,
  );
  const number = spread
    ? (i: number) => `pointBlock * ${WORKGROUP * points} + ${WORKGROUP * i} + i32(thread)`
    : (i: number) => `(pointBlock * ${WORKGROUP} + i32(thread)) * ${points} + ${i}`;
  const start = (i: number): string =>
    `let q${i} = pointOf(${number(i)});
  let image${i} = ${w.sourceOffset} + (q${i}.image * ${w.groups} + own) * ${w.sums} * ${w.sourcePlane};
  ${directions(rank, (d) => `let start${i}_${d} = ${sourcePositions(w, `q${i}`)[d]};`).join(' ')}`;
  const place = (i: number): string => {
    const at = directions(rank, (d) => `at${i}_${d}`);
    return `${directions(rank, (d) => `let ${at[d]} = start${i}_${d} + t${d} * ${w.move[d]};`).join(' ')}
  let seen${i} = ${inside(at, w.source)};
  var from${i} = image${i} + channel * ${w.sourcePlane} + ${weighted(at, w.sourceStrides)};`;
  };
  const tap = weighted(
    directions(rank, (d) => `(phase.first${d} + t${d} * ${w.every[d]})`),
    tapStrides(w),
  );
  const flush = cells.map((c) => `total${c} += part${c}; part${c} = ${type}();`).join(' ');
  const value = (i: number, k: number): string =>
    columns === 1 ? `total${i}_0` : `total${i}_${k >> 2}[${k & 3}]`;
  return `
fn kernel(group: u32, thread: u32) {
  ${workgroupText(w)}
  if (${number(0)} >= ${w.points}) { return; }
  ${all.map(start).join('\n  ')}
  let firstColumn = columnBlock * ${columns};
  ${range(columns)
    .map((k) => `let column${k} = min(firstColumn + ${k}, ${w.columns} - 1) * ${w.weightColumn};`)
    .join('\n  ')}
  ${cells.map((c) => `var total${c} = ${type}(); var part${c} = ${type}();`).join(' ')}
  ${directions(rank - 1, (d) => `for (var t${d} = 0; t${d} < phase.count${d}; t${d}++) {`).join('\n  ')}
  for (var channel = 0; channel < ${w.sums}; channel += ${CHANNELS}) {
    let count = min(${w.sums} - channel, ${CHANNELS});
    for (var ${last} = 0; ${last} < phase.count${rank - 1}; ${last}++) {
      ${all.map(place).join('\n      ')}
      var at = ${w.weightOffset} + own * ${w.weightGroup} + channel * ${w.weightSum} + ${tap};
      for (var c = 0; c < count; c++) {
        ${weights.map((text, v) => `let weight${v} = ${text};`).join('\n        ')}
        ${all.map((i) => `let x${i} = select(0.0, in0[from${i}], seen${i});`).join('\n        ')}
        ${all.flatMap((i) => range(vectors).map((v) => `part${i}_${v} += x${i} * weight${v};`)).join('\n        ')}
        at += ${w.weightSum};
        ${all.map((i) => `from${i} += ${w.sourcePlane};`).join(' ')}
      }
    }
    ${flush}
  }
  ${'}'.repeat(rank - 1)}
  ${all
    .map((i) => {
      const stores = range(columns).map(
        (k) => `storeAt(place${i}, own, firstColumn + ${k}, ${value(i, k)});`,
      );
      return `let place${i} = select(-1, placeOf(phase, q${i}, own), ${number(i)} < ${w.points});
  ${stores.join(' ')}`;
    })
    .join('\n  ')}
}`;
}
