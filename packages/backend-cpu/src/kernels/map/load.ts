import type { Operand } from '@flambeau/core';
import type { Register } from './loops.ts';

/**
 * Copies elements `start` to `start + n` of a strided view, counted in row-major order, to the front of a register.
 * Runs along the last dimension are copied without index arithmetic.
 */
export function loadBlock(register: Register, view: Operand, start: number, n: number): void {
  const { shape, strides } = merged(view);
  const source = view.block as Register;
  const last = shape.length - 1;
  const width = shape[last];
  const step = strides[last];
  const position = new Array<number>(shape.length);
  let rest = start;
  let at = view.offset;
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

/** The same view with neighbouring dimensions joined where one walks on from the other. At least one dimension. */
export function merged(view: Pick<Operand, 'shape' | 'strides'>): { shape: number[]; strides: number[] } {
  const shape: number[] = [];
  const strides: number[] = [];
  for (let d = 0; d < view.shape.length; d++) {
    const size = view.shape[d];
    if (size === 1) continue;
    const last = shape.length - 1;
    if (last >= 0 && strides[last] === size * view.strides[d]) {
      shape[last] *= size;
      strides[last] = view.strides[d];
    } else {
      shape.push(size);
      strides.push(view.strides[d]);
    }
  }
  return shape.length > 0 ? { shape, strides } : { shape: [1], strides: [0] };
}
