import type { Shader } from '../../shader/shader.ts';
import { elementwise } from '../../shader/shader.ts';
import type { Ending } from '../ending.ts';
import type { Loading, Problem } from './problem.ts';
import { bindingsOf, declarations, factorType, storing } from './problem.ts';

/** Rows and columns of the tile that an invocation computes. */
export const REGISTER_TILE = 4;

const EACH = [0, 1, 2, 3] as const;

/**
 * Every invocation computes four rows by four columns in registers and loads both factors itself, four deep: no workgroup
 * memory, no barriers.
 */
export function registerTiles(problem: Problem, ending: Ending): Shader {
  const { left, right, params } = problem;
  return elementwise({
    name: 'matmul in registers',
    bindings: bindingsOf(problem, [factorType(left), factorType(right)], ending),
    paramWords: params.words.length,
    code: `${declarations(problem)}
${storing(problem, ending)}
fn element(i: i32) {
  let m = m_();
  let n = n_();
  let k = k_();
  let across = (n + 3) / 4;
  let down = (m + 3) / 4;
  let column = (i % across) * 4;
  let row = ((i / across) % down) * 4;
  let batch = i / (across * down);
  let a = left_at(batch);
  let b = right_at(batch);
  let a_row = a_row_();
  let a_depth = a_depth_();
  let b_depth = b_depth_();
  let b_column = b_column_();
${EACH.map((j) => `  let r${j} = a + min(row + ${j}, m - 1) * a_row;\n  let c${j} = b + min(column + ${j}, n - 1) * b_column;\n  var sum${j} = vec4<f32>();`).join('\n')}
  var d = 0;
  for (; d + 4 <= k; d += 4) {
${leftVectors(left)}
${rightVectors(right)}
${EACH.flatMap((r) => EACH.map((j) => `    sum${r} += ${left === 'edge' ? `a${j}[${r}]` : `a${r}[${j}]`} * b${j};`)).join('\n')}
  }
  for (; d < k; d++) {
    let last = vec4<f32>(${EACH.map((j) => singleRight(right, j)).join(', ')});
${EACH.map((r) => `    sum${r} += ${singleLeft(left, r)} * last;`).join('\n')}
  }
${EACH.map((r) => `  store4(batch, row + ${r}, column, sum${r});`).join('\n')}
}`,
  });
}

/** `a0` … `a3`: rows, each four deep; or depths, each of four rows. */
function leftVectors(loading: Loading): string {
  return EACH.map((j) => {
    if (loading === 'depth') return `    let a${j} = in0[(r${j} + d) / 4];`;
    if (loading === 'edge') return `    let a${j} = in0[(a + row + (d + ${j}) * a_depth) / 4];`;
    const four = EACH.map((e) => `in0[r${j} + (d + ${e}) * a_depth]`);
    return `    let a${j} = vec4<f32>(${four.join(', ')});`;
  }).join('\n');
}

/** `b0` … `b3`: depths, each of four columns. */
function rightVectors(loading: Loading): string {
  if (loading === 'depth') {
    const columns = EACH.map((j) => `    let t${j} = in1[(c${j} + d) / 4];`);
    const turned = EACH.map(
      (j) => `    let b${j} = vec4<f32>(${EACH.map((c) => `t${c}[${j}]`).join(', ')});`,
    );
    return [...columns, ...turned].join('\n');
  }
  return EACH.map((j) => {
    if (loading === 'edge') return `    let b${j} = in1[(b + column + (d + ${j}) * b_depth) / 4];`;
    const four = EACH.map((c) => `in1[c${c} + (d + ${j}) * b_depth]`);
    return `    let b${j} = vec4<f32>(${four.join(', ')});`;
  }).join('\n');
}

/** One element of row r at depth d. A depth that is no multiple of four is never loaded along itself. */
function singleLeft(loading: Loading, r: number): string {
  return loading === 'single' ? `in0[r${r} + d * a_depth]` : `in0[(a + row + d * a_depth) / 4][${r}]`;
}

function singleRight(loading: Loading, c: number): string {
  return loading === 'single' ? `in1[c${c} + d * b_depth]` : `in1[(b + column + d * b_depth) / 4][${c}]`;
}
