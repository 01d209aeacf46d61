/** A piece of work that all engines do, and how its times are shown. */
export interface Work {
  readonly id: string;
  readonly title: string;
  /** How often the work is done in the first, cold sample of a fresh process: the first calls, the first step. */
  readonly first: number;
  /** Floating-point operations of the plain algorithm, to show a rate beside the time. */
  readonly flops?: number;
}

const work = (id: string, title: string, flops?: number): Work => ({
  id,
  title,
  first: 1,
  ...(flops !== undefined && { flops }),
});

const matmul = (n: number, suffix = '', formula = 'a·b'): Work =>
  work(`matmul${n}${suffix}`, `${formula}, ${n}×${n}`, 2 * n ** 3);

/** A 3×3 convolution of [32, 64, 16, 16] to 64 channels. */
const CONV_FLOPS = 2 * (32 * 64 * 16 * 16) * (64 * 3 * 3);
/** That of the CNN's two blocks at 32×32 and 16×16 and its two linear layers, for one picture. */
const CNN_FLOPS = 2 * (9 * (32 * 32 * 32 * (3 + 32) + 16 * 16 * 64 * (32 + 64)) + 4096 * 128 + 128 * 10);

/** Everything that is measured, in the order of the table. All numbers are float32. */
export const works: readonly Work[] = [
  matmul(64),
  matmul(256),
  matmul(512),
  matmul(1024),
  matmul(512, '_ta', 'aᵀ·b'),
  matmul(512, '_tb', 'a·bᵀ'),
  matmul(512, '_tatb', 'aᵀ·bᵀ'),
  work('conv_fwd', 'conv2d 3×3, [32, 64, 16, 16] → 64', CONV_FLOPS),
  work('conv_fwd_bwd', 'the same with both gradients', 3 * CONV_FLOPS),
  work('chain1M', 'relu(1.5x + 0.5), 2²⁰ elements'),
  work('softmax', 'softmax over rows, 1024×1000'),
  work('sum_all', 'sum of 1024×1000'),
  work('sum_axis0', 'its sums along axis 0'),
  work('layernorm', 'layerNorm, 1024×768'),
  work('small_add_x1000', '1000 dependent adds of ten numbers'),
  { id: 'add10_unrecorded', title: 'add of ten numbers, not recorded', first: 1000 },
  { id: 'add10_recorded', title: 'add of ten numbers, recorded', first: 1000 },
  work('regression300', 'linear regression, 300 steps'),
  work('mlp_step64', 'MLP 784-256-10, batch 64, SGD step'),
  work('cnn_step64', 'CNN, [64, 3, 32, 32], Adam step', 3 * 64 * CNN_FLOPS),
  work('cnn_infer64', 'the same CNN, inference', 64 * CNN_FLOPS),
  work('cnn_infer1', 'the same CNN, inference, batch 1', CNN_FLOPS),
  work('gru_step', 'GRU 32 → 64, [32, 32, 32], Adam step'),
  work('transformer_step', 'transformer d=64, 2 layers, 16×32 tokens, Adam step'),
];
