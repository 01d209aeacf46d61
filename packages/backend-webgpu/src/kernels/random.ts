import type { FusedOps, Kernel } from '@flambeau/core/functional';
import { elementwise, storage } from '../shader/shader.ts';
import { Params } from '../wgsl/layout.ts';
import type { GpuContext } from './context.ts';
import { run } from './context.ts';

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** The twenty rounds of Threefry-2x32, written out. */
function rounds(): string {
  const lines: string[] = [];
  for (let group = 1; group <= 5; group++) {
    for (let r = 0; r < 4; r++) {
      const by = ROTATIONS[((group - 1) % 2) * 4 + r];
      lines.push(`x += y; y = ((y << ${by}u) | (y >> ${32 - by}u)) ^ x;`);
    }
    lines.push(`x += k${group % 3}; y += k${(group + 1) % 3} + ${group}u;`);
  }
  return lines.join('\n  ');
}

/** Uniform numbers in [0, 1): the same stream on every device. */
export function createRandomUniform(context: GpuContext): Kernel<FusedOps['randomUniform']> {
  return (_inputs, [y], { key0, key1, offset }) => {
    if (y.size === 0) return;
    const params = new Params(y.size);
    const at = params.add(key0 | 0, key1 | 0, offset | 0, Math.floor(offset / 2 ** 32) | 0, y.offset);
    const word = (i: number): string => `bitcast<u32>(param(${at + i}u))`;
    const pipeline = context.pipelines.get('randomUniform', () =>
      elementwise({
        name: 'randomUniform',
        bindings: storage([], ['f32']),
        paramWords: params.words.length,
        code: `fn element(i: i32) {
  let k0 = ${word(0)};
  let k1 = ${word(1)};
  let k2 = 0x1bd11bdau ^ k0 ^ k1;
  let low = ${word(2)} + u32(i);
  var x = low + k0;
  var y = ${word(3)} + select(0u, 1u, low < u32(i)) + k1;
  ${rounds()}
  out[param(${at + 4}u) + i] = f32(x >> 8u) * bitcast<f32>(0x33800000u);
}`,
      }),
    );
    run(context, pipeline, { params, operands: [y] });
  };
}
