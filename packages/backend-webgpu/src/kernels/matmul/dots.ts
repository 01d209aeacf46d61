import type { Shader } from '../../shader/shader.ts';
import type { Ending } from '../ending.ts';
import type { Problem } from './problem.ts';
import { bindingsOf, declarations, storing } from './problem.ts';

const THREADS = 64;

/** Workgroups of {@link dots}. */
export const dotGroups = ({ m, n, batches }: Problem): number => m * Math.ceil(n / 4) * batches;

/** A workgroup computes a row by four columns, its invocations side by side along the depth: for thin products of long rows. */
export function dots(problem: Problem, ending: Ending): Shader {
  const { params } = problem;
  return {
    name: 'matmul by dots',
    threads: THREADS,
    bindings: bindingsOf(problem, ['f32', 'f32'], ending),
    paramWords: params.words.length,
    code: `${declarations(problem)}
${storing(problem, ending)}
var<workgroup> parts: array<vec4<f32>, ${THREADS}>;
fn kernel(group: u32, thread: u32) {
  let n = n_();
  let across = (n + 3) / 4;
  let g = i32(group);
  let column = (g % across) * 4;
  let row = (g / across) % m_();
  let batch = g / (across * m_());
  let a = left_at(batch) + row * a_row_();
  let b = right_at(batch);
${[0, 1, 2, 3].map((j) => `  let c${j} = b + min(column + ${j}, n - 1) * b_column_();`).join('\n')}
  let a_depth = a_depth_();
  let b_depth = b_depth_();
  var sum = vec4<f32>();
  for (var d = i32(thread); d < k_(); d += ${THREADS}) {
    sum += in0[a + d * a_depth] * vec4<f32>(${[0, 1, 2, 3].map((j) => `in1[c${j} + d * b_depth]`).join(', ')});
  }
  parts[thread] = sum;
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half > 0u; half /= 2u) {
    if (thread < half) { parts[thread] += parts[thread + half]; }
    workgroupBarrier();
  }
  if (thread == 0u) { store4(batch, row, column, parts[0]); }
}`,
  };
}
