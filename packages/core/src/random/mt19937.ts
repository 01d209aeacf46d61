import { ArgumentError, ValueError } from '../errors.ts';

/** PyTorch's CPU generator: what every distribution of this folder draws from. */
export interface Generator {
  /** The seed of the last {@link Generator.seed} call or loaded state, as an unsigned 64-bit integer. */
  readonly initialSeed: bigint;

  /** The second half of the last Box-Muller pair, not yet handed out; `undefined` if there is none. */
  nextNormal: number | undefined;

  /**
   * Starts the sequence that belongs to `seed`, as `torch.Generator.manual_seed`. Forgets the pending normal sample.
   *
   * @param seed - integer in [-2⁶³, 2⁶⁴).
   * @throws {@link ArgumentError} when the seed is not such an integer.
   */
  seed(seed: number | bigint): void;

  /** Next unsigned 32-bit integer, in [0, 2³²). */
  random(): number;

  /** Next unsigned 64-bit integer: two 32-bit draws, the first one in the upper half. */
  random64(): bigint;

  /** Next float32 uniform: the low 24 bits of a draw times 2⁻²⁴, in [0, 1). */
  uniformFloat(): number;

  /** Next float64 uniform: the low 53 bits of a 64-bit draw times 2⁻⁵³, in [0, 1). */
  uniformDouble(): number;

  /**
   * The whole state, with the pending normal sample, in the 5056 bytes of `torch.Generator.get_state()`. PyTorch reads
   * it as it is (`torch.set_rng_state`), so a run can move between the two libraries.
   *
   * @returns a new array; {@link Generator.setState} continues from it exactly.
   */
  getState(): Uint8Array;

  /**
   * Continues from a state that {@link Generator.getState} or `torch.Generator.get_state()` returned.
   *
   * @param state - 5056 bytes. They are copied, and checked before anything changes.
   * @throws {@link ValueError} when the bytes are not a generator state.
   */
  setState(state: Uint8Array): void;
}

const WORDS = 624;
const MIDDLE = 397;
const UPPER_BIT = 0x8000_0000 | 0;
const LOWER_BITS = 0x7fff_ffff;
const MATRIX = 0x9908_b0df | 0;
const SEED_FACTOR = 1_812_433_253;
const TWO_32 = 4_294_967_296;

const STATE_BYTES = 5056;
const OFFSET = {
  seed: 0,
  left: 8,
  seeded: 12,
  next: 16,
  words: 24,
  normalY: 24 + WORDS * 8 + 8,
  normalValid: 24 + WORDS * 8 + 24,
} as const;

/** The seed of a generator that was not given one, as PyTorch's `default_rng_seed_val`. */
export const DEFAULT_SEED = 67_280_421_310_721n;

/**
 * Turns a user's seed into the unsigned 64-bit integer that PyTorch makes of it: negative seeds wrap around 2⁶⁴.
 *
 * @param seed - integer in [-2⁶³, 2⁶⁴). A `number` must be a safe integer; beyond 2⁵³ pass a `bigint`.
 * @throws {@link ArgumentError} when the seed is not such an integer.
 */
export function normalizeSeed(seed: number | bigint): bigint {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new ArgumentError(
      'manualSeed',
      `seed is not exact: got ${seed}, expected an integer within ±(2^53 - 1). Pass larger seeds as a bigint.`,
      { seed },
    );
  }
  const value = BigInt(seed);
  if (value < -(2n ** 63n) || value >= 2n ** 64n) {
    throw new ArgumentError(
      'manualSeed',
      `seed is out of range: got ${value}, expected [-2^63, 2^64). Use a smaller seed.`,
      { seed },
    );
  }
  return BigInt.asUintN(64, value);
}

/** The low and the high 32 bits of a seed, as unsigned numbers: a key for {@link fillThreefryUniform}. */
export function seedWords(seed: number | bigint): readonly [low: number, high: number] {
  const value = normalizeSeed(seed);
  return [Number(value & 0xffff_ffffn), Number(value >> 32n)];
}

/**
 * The Mersenne Twister MT19937 with the seeding, draw order and saved state of PyTorch's CPU generator.
 *
 * Only the low 32 bits of a seed reach the twister (as in PyTorch), so seeds that differ by a multiple of 2³² give the
 * same numbers; `initialSeed` keeps all 64.
 *
 * @remarks Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998); state layout of
 * `torch.Generator.get_state` in PyTorch 1.13.
 * @example
 * ```ts
 * import { Mt19937 } from '@flambeau/core';
 * const generator = new Mt19937(42);
 * generator.uniformFloat(); // 0.8822692632675171, as torch.manual_seed(42); torch.rand(1)
 * ```
 */
export class Mt19937 implements Generator {
  nextNormal: number | undefined = undefined;
  readonly #words: Int32Array = new Int32Array(WORDS);
  #next = 0;
  #left = 1;
  #seed: bigint = 0n;

  constructor(seed: number | bigint = DEFAULT_SEED) {
    this.seed(seed);
  }

  get initialSeed(): bigint {
    return this.#seed;
  }

  seed(seed: number | bigint): void {
    this.#seed = normalizeSeed(seed);
    const words = this.#words;
    let word = Number(BigInt.asIntN(32, this.#seed));
    words[0] = word;
    for (let i = 1; i < WORDS; i++) {
      word = (Math.imul(SEED_FACTOR, word ^ (word >>> 30)) + i) | 0;
      words[i] = word;
    }
    this.#next = 0;
    this.#left = 1;
    this.nextNormal = undefined;
  }

  random(): number {
    return this.#draw() >>> 0;
  }

  random64(): bigint {
    const high = this.random();
    return (BigInt(high) << 32n) | BigInt(this.random());
  }

  uniformFloat(): number {
    return (this.#draw() & 0xff_ffff) * 2 ** -24;
  }

  uniformDouble(): number {
    const high = this.#draw() & 0x1f_ffff;
    return (high * TWO_32 + (this.#draw() >>> 0)) * 2 ** -53;
  }

  getState(): Uint8Array {
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(OFFSET.seed, this.#seed, true);
    view.setInt32(OFFSET.left, this.#left, true);
    view.setInt32(OFFSET.seeded, 1, true);
    view.setUint32(OFFSET.next, this.#next, true);
    this.#words.forEach((word, i) => {
      view.setInt32(OFFSET.words + 8 * i, word, true);
    });
    if (this.nextNormal !== undefined) {
      view.setFloat64(OFFSET.normalY, this.nextNormal, true);
      view.setInt32(OFFSET.normalValid, 1, true);
    }
    return bytes;
  }

  setState(state: Uint8Array): void {
    if (state.length !== STATE_BYTES) {
      throw new ValueError(
        'setState',
        `wrong size: got ${state.length} bytes, expected ${STATE_BYTES}. Pass what getState() returned.`,
      );
    }
    const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
    const left = view.getInt32(OFFSET.left, true);
    const next = view.getUint32(OFFSET.next, true) + TWO_32 * view.getUint32(OFFSET.next + 4, true);
    const seeded = view.getInt32(OFFSET.seeded, true);
    // The next `left - 1` draws read words from `next` on: they must all exist.
    if (seeded !== 1 || left < 1 || left > WORDS || next + left - 1 > WORDS) {
      throw new ValueError(
        'setState',
        `not a generator state: got seeded ${seeded}, left ${left}, next ${next}, ` +
          `expected seeded 1, left in [1, ${WORDS}], next + left <= ${WORDS + 1}. The bytes are damaged or not from a generator.`,
      );
    }
    for (let i = 0; i < WORDS; i++) this.#words[i] = view.getInt32(OFFSET.words + 8 * i, true);
    this.#seed = view.getBigUint64(OFFSET.seed, true);
    this.#left = left;
    this.#next = next;
    this.nextNormal =
      view.getInt32(OFFSET.normalValid, true) === 0 ? undefined : view.getFloat64(OFFSET.normalY, true);
  }

  #draw(): number {
    if (--this.#left === 0) this.#refill();
    let y = this.#words[this.#next++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    return y ^ (y >>> 18);
  }

  #refill(): void {
    const words = this.#words;
    let word = words[0] as number;
    for (let i = 0; i < WORDS; i++) {
      const following = words[i + 1 < WORDS ? i + 1 : 0] as number;
      const distant = words[i < WORDS - MIDDLE ? i + MIDDLE : i + MIDDLE - WORDS] as number;
      const mixed = (word & UPPER_BIT) | (following & LOWER_BITS);
      words[i] = distant ^ (mixed >>> 1) ^ (-(mixed & 1) & MATRIX);
      word = following;
    }
    this.#left = WORDS;
    this.#next = 0;
  }
}
