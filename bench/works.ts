/** A piece of work that all engines do, and how its times are shown. */
export interface Work {
  readonly id: string;
  readonly title: string;
  /** How often the work is done in the first, cold sample of a fresh process: the first calls, the first step. */
  readonly first: number;
  /** Floating-point operations of the plain algorithm, to show a rate beside the time. */
  readonly flops?: number;
  /** How many results share a wait where they can only be waited for, as on a GPU. */
  readonly perRead: number;
  /** Too much for a processor. */
  readonly gpuOnly?: boolean;
}

/** Work whose results nobody waits for one by one: on a GPU 16 share a wait, which would be all that is measured. */
const work = (id: string, title: string, flops?: number): Work => ({
  id,
  title,
  first: 1,
  perRead: 16,
  ...(flops !== undefined && { flops }),
});

/** Work that waits for a number now and then itself. */
const program = (id: string, title: string, flops?: number): Work => ({
  ...work(id, title, flops),
  perRead: 1,
});

/** Work of a thousand calls already in its first sample. */
const call = (id: string, title: string): Work => ({ ...work(id, title), first: 1000, perRead: 100 });

const matmul = (n: number, suffix = '', formula = 'a·b'): Work =>
  work(`matmul${n}${suffix}`, `${formula}, ${n}×${n}`, 2 * n ** 3);

/** A 3×3 convolution of [32, 64, 16, 16] to 64 channels. */
const CONV_FLOPS = 2 * (32 * 64 * 16 * 16) * (64 * 3 * 3);
/** That of the CNN's two blocks at 32×32 and 16×16 and its two linear layers, for one picture. */
const CNN_FLOPS = 2 * (9 * (32 * 32 * 32 * (3 + 32) + 16 * 16 * 64 * (32 + 64)) + 4096 * 128 + 128 * 10);

/** Everything that is measured, in the order of the table. All numbers are float32. */
export const works: readonly Work[] = [
  { ...matmul(64), perRead: 64 },
  matmul(256),
  matmul(512),
  matmul(1024),
  { ...matmul(2048), gpuOnly: true },
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
  program('small_add_x1000', '1000 dependent adds of ten numbers'),
  call('add10_unrecorded', 'add of ten numbers, not recorded'),
  call('add10_recorded', 'add of ten numbers, recorded'),
  program('regression300', 'linear regression, 300 steps'),
  program('mlp_step64', 'MLP 784-256-10, batch 64, SGD step'),
  program('cnn_step64', 'CNN, [64, 3, 32, 32], Adam step', 3 * 64 * CNN_FLOPS),
  work('cnn_infer64', 'the same CNN, inference', 64 * CNN_FLOPS),
  work('cnn_infer1', 'the same CNN, inference, batch 1', CNN_FLOPS),
  program('gru_step', 'GRU 32 → 64, [32, 32, 32], Adam step'),
  program('transformer_step', 'transformer d=64, 2 layers, 16×32 tokens, Adam step'),
];
