/**
 * A seeded stream of random numbers that is a pure function of (seed, index): stream `index` of `seed` can be
 * opened at once, without drawing the streams before it.
 *
 * The generator is sfc32 (four 32-bit words) whose first state holds seed and index themselves; its step is a
 * bijection, so that different (seed, index) never fall on the same state.
 *
 * @remarks Source: C. Doty-Humphrey, PractRand, generator `sfc32`.
 * @example
 * const stream = new RandomStream(0, 41);
 * const digit = stream.integer(10);
 */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /**
   * @param seed - integer in [0, 2⁵³).
   * @param index - number of the stream, integer in [0, 2⁵³).
   * @throws RangeError when either is not such an integer.
   */
  constructor(seed: number, index: number) {
    checkInteger('seed', seed);
    checkInteger('index', index);
    this.a = seed | 0;
    this.b = (seed / 2 ** 32) | 0;
    this.c = index | 0;
    this.d = (index / 2 ** 32) | 0;
    for (let i = 0; i < 15; i++) this.bits();
  }

  /** 32 random bits, as a signed integer. */
  bits(): number {
    const result = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + result;
    this.c |= 0;
    return result;
  }

  /** Uniform in [0, 1), in steps of 2⁻³². */
  uniform(): number {
    return (this.bits() >>> 0) / 2 ** 32;
  }

  /** Uniform in [low, high). */
  range(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform in 0 … n − 1 (bias below n · 2⁻³²). */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.uniform() < p;
  }

  /** One element of a list, each as likely. */
  pick<T>(list: readonly T[]): T {
    return list[this.integer(list.length)]!;
  }

  /** A number from the normal distribution (Box and Muller's method). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A normal number, moved to the nearer bound where it lies outside. */
  normalWithin(mean: number, deviation: number, low: number, high: number): number {
    return Math.min(high, Math.max(low, this.normal(mean, deviation)));
  }

  /** A positive number whose logarithm is normal, moved to the nearer bound where it lies outside. */
  logNormal(median: number, deviation: number, low = 0, high: number = Number.POSITIVE_INFINITY): number {
    return Math.min(high, Math.max(low, median * Math.exp(this.normal(0, deviation))));
  }

  /** Nearly normal noise, mean 0 and deviation 1, from the four bytes of one draw: for pixels by the thousand. */
  grain(): number {
    const x = this.bits();
    return ((x & 255) + ((x >>> 8) & 255) + ((x >>> 16) & 255) + (x >>> 24) - 510) * GRAIN_SCALE;
  }

  /** Puts a list into random order, in place (Fisher and Yates's method). */
  shuffle(list: Int32Array): void {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swapped = list[i]!;
      list[i] = list[j]!;
      list[j] = swapped;
    }
  }
}

// The sum of four uniform bytes has variance 4 (256² − 1) / 12.
const GRAIN_SCALE = 1 / Math.sqrt((256 ** 2 - 1) / 3);

function checkInteger(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`RandomStream(): bad ${name}: got ${value}, expected an integer in [0, 2^53).`);
  }
}
