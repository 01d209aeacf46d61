/** A piece of work that all contenders do, and how its times are shown. */
export interface Row {
  readonly id: string;
  readonly topic: string;
  readonly title: string;
  /** How often the work is done in the first, cold sample of a fresh process: the first calls, the first step. */
  readonly first: number;
  /** Floating-point operations of the work, to show a rate beside the time. */
  readonly flops?: number;
}

const matmul = (n: number): Row => ({
  id: `matmul-${n}`,
  topic: 'kernels',
  title: `matmul ${n}×${n}, float32`,
  first: 1,
  flops: 2 * n ** 3,
});

/** A 3×3 convolution of [64, 16, 16, 16] to 32 channels, and the same again for each of its two gradients. */
const CONV_FLOPS = 3 * 2 * (64 * 32 * 16 * 16) * (16 * 3 * 3);

/** Everything that is measured, in the order of the table. */
export const rows: readonly Row[] = [
  { id: 'add-10-off', topic: 'dispatch', title: 'add, 10 elements, not recorded', first: 1000 },
  { id: 'add-10-on', topic: 'dispatch', title: 'add, 10 elements, recorded', first: 1000 },
  { id: 'add-32-off', topic: 'dispatch', title: 'add, 32 elements, not recorded', first: 1000 },
  { id: 'regression', topic: 'training', title: 'linear regression, 300 steps', first: 1 },
  { id: 'mlp', topic: 'training', title: 'MLP 784-256-10, batch 128, one step', first: 1 },
  { id: 'cnn', topic: 'training', title: 'CNN 16-32 channels, [64, 3, 32, 32], one step', first: 1 },
  matmul(64),
  matmul(256),
  matmul(512),
  {
    id: 'conv2d',
    topic: 'kernels',
    title: 'conv2d 3×3, [64, 16, 16, 16] → 32, forward and backward',
    first: 1,
    flops: CONV_FLOPS,
  },
];
