import { ArgumentError } from '../errors.ts';

const KEY_PARITY = 0x1bd1_1bda;
const GROUPS_OF_FOUR_ROUNDS = 5;
const TWO_32 = 4_294_967_296;

/** Two unsigned 32-bit words: a key, a counter or a block of Threefry-2x32. */
export type WordPair = readonly [number, number];

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Encrypts one counter into `block`, as signed words. */
function encrypt(block: Int32Array, key0: number, key1: number, counter0: number, counter1: number): void {
  let a = key0;
  let b = key1;
  let c = KEY_PARITY ^ key0 ^ key1;
  let x = (counter0 + a) | 0;
  let y = (counter1 + b) | 0;
  for (let group = 1; group <= GROUPS_OF_FOUR_ROUNDS; group++) {
    const odd = (group & 1) === 1;
    x = (x + y) | 0;
    y = rotate(y, odd ? 13 : 17) ^ x;
    x = (x + y) | 0;
    y = rotate(y, odd ? 15 : 29) ^ x;
    x = (x + y) | 0;
    y = rotate(y, odd ? 26 : 16) ^ x;
    x = (x + y) | 0;
    y = rotate(y, odd ? 6 : 24) ^ x;
    const first = a;
    a = b;
    b = c;
    c = first;
    x = (x + a) | 0;
    y = (y + b + group) | 0;
  }
  block[0] = x;
  block[1] = y;
}

/**
 * One block of Threefry-2x32 with 20 rounds: two random words for each key and counter, with no state.
 *
 * @param key - two words; see {@link seedWords}.
 * @param counter - two words, the low one first.
 * @returns two unsigned words.
 * @remarks Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 * @example
 * ```ts
 * import { threefry2x32 } from './threefry.ts';
 * threefry2x32([0, 0], [0, 0]); // [0x6b200159, 0x99ba4efe]
 * ```
 */
export function threefry2x32(key: WordPair, counter: WordPair): WordPair {
  const block = new Int32Array(2);
  encrypt(block, key[0] | 0, key[1] | 0, counter[0] | 0, counter[1] | 0);
  return [(block[0] as number) >>> 0, (block[1] as number) >>> 0];
}

/**
 * Fills `out` with the elements offset, offset + 1, … of the uniform stream that belongs to a key.
 *
 * The stream is the same on every device: element e is the first word of {@link threefry2x32} with e as 64-bit counter,
 * and its value is the word's upper 24 bits times 2⁻²⁴, in [0, 1).
 *
 * @param out - Shape (N).
 * @param key0 - low word of the key, an unsigned 32-bit integer; see {@link seedWords}.
 * @param key1 - high word of the key.
 * @param offset - index of the first element, a safe integer >= 0, with offset + N at most 2⁵³ − 1.
 * @throws {@link ArgumentError} when `offset` is not such an integer.
 * @example
 * ```ts
 * import { seedWords } from './mt19937.ts';
 * import { fillThreefryUniform } from './threefry.ts';
 * const mask = new Float32Array(1024);
 * fillThreefryUniform(mask, ...seedWords(42), 0);
 * ```
 */
export function fillThreefryUniform(out: Float32Array, key0: number, key1: number, offset: number): void {
  const count = out.length;
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(offset + count)) {
    throw new ArgumentError(
      'randomUniform',
      `offset is out of range: got ${offset} for ${count} elements, expected an integer with 0 <= offset < 2^53 - ${count}.`,
      { offset, count },
    );
  }
  const block = new Int32Array(2);
  for (let i = 0; i < count; i++) {
    const counter = offset + i;
    encrypt(block, key0 | 0, key1 | 0, counter | 0, (counter / TWO_32) | 0);
    out[i] = ((block[0] as number) >>> 8) * 2 ** -24;
  }
}
