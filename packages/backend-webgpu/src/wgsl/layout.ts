import { COUNT_AT } from '../shader/shader.ts';

/** Words of parameters that are collected while a kernel's text is written, so that both agree on their places. */
export class Params {
  /** The first is the number of groups, which the queue sets; the second how many elements there are. */
  readonly words: number[];

  /** @param count - how many elements an elementwise kernel computes; 0 for others. */
  constructor(count = 0) {
    this.words = [0, count];
  }

  /** How many elements an elementwise kernel computes. */
  get count(): number {
    return this.words[COUNT_AT] as number;
  }

  /** Sets how many elements an elementwise kernel computes. */
  counting(count: number): this {
    this.words[COUNT_AT] = count;
    return this;
  }

  /** Adds words and returns the place of the first. */
  add(...values: readonly number[]): number {
    return this.words.push(...values) - values.length;
  }
}

/** How elements are found: parameters hold the sizes and, for each walk, an offset and its strides. */
export interface PlacedLayout {
  readonly rank: number;
  /** The place of the sizes. */
  readonly shape: number;
  /** The place of the offset; the strides follow. */
  readonly walk: number;
}

/** The text of `fn name(i: i32) -> i32`: where the i-th element in row-major order stands. */
export function locate(name: string, { rank, shape, walk }: PlacedLayout): string {
  const lines = [`var at = param(${walk}u);`, 'var rest = i;'];
  for (let axis = rank - 1; axis >= 0; axis--) {
    const size = `param(${shape + axis}u)`;
    const index = axis > 0 ? `(rest % ${size})` : 'rest';
    lines.push(`at += ${index} * param(${walk + 1 + axis}u);`);
    if (axis > 0) lines.push(`rest /= ${size};`);
  }
  return `fn ${name}(i: i32) -> i32 { ${lines.join(' ')} return at; }`;
}
