import type { Operand } from '@flambeau/core/functional';
import { mergeLayouts } from '@flambeau/core/functional';
import type { Register } from './loops.ts';

/** A strided view that is copied to a register block by block. */
export interface Load {
  readonly register: Register;
  readonly source: Register;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Prepares a view for {@link loadBlock}: neighbouring dimensions are joined once, not for every block. */
export function createLoad(register: Register, view: Operand): Load {
  const { shape, strides } = mergeLayouts({ shape: view.shape, strides: [view.strides] });
  return { register, source: view.block as Register, shape, strides: strides[0], offset: view.offset };
}

/**
 * Copies elements `start` to `start + n` of a view, counted in row-major order, to the front of its register.
 * Runs along the last dimension are copied without index arithmetic.
 */
export function loadBlock(load: Load, start: number, n: number): void {
  const { register, source, shape, strides } = load;
  const last = shape.length - 1;
  const width = shape[last];
  const step = strides[last];
  const position = new Array<number>(shape.length);
  let rest = start;
  let at = load.offset;
  for (let d = last; d >= 0; d--) {
    position[d] = rest % shape[d];
    rest = (rest - position[d]) / shape[d];
    at += position[d] * strides[d];
  }
  let done = 0;
  while (done < n) {
    const run = Math.min(width - position[last], n - done);
    copyRun(register, done, source, at, step, run);
    done += run;
    position[last] += run;
    at += run * step;
    for (let d = last; d > 0 && position[d] === shape[d]; d--) {
      position[d] = 0;
      at += strides[d - 1] - shape[d] * strides[d];
      position[d - 1]++;
    }
  }
}

function copyRun(out: Register, o: number, source: Register, at: number, step: number, n: number): void {
  if (step === 0) out.fill(source[at], o, o + n);
  else if (step === 1) for (let e = 0; e < n; e++) out[o + e] = source[at + e];
  else for (let e = 0; e < n; e++) out[o + e] = source[at + e * step];
}
