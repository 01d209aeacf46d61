import { environment, nodeMajor, setV8Flag } from './host.ts';

/** The first Node whose engine makes vectors of 256 bits out of pairs of 128: 22 has the flag, and it does nothing. */
const FIRST_NODE = 24;

let on = false;

/** Whether a user asks for it in the environment. */
export const wantsRevectorizer = (): boolean => environment('FLAMBEAU_WASM_REVECTORIZE') === '1';

/** Why it is not to be had here; null where it is. */
export function missingForRevectorizer(): string | null {
  const major = nodeMajor();
  return major >= FIRST_NODE ? null : `revectorize needs Node ${FIRST_NODE} or later`;
}

/** Turns the engine's pairing of vectors on or off, for all modules of the process that are compiled from now on. */
export function setRevectorizer(to: boolean): void {
  setV8Flag(to ? '--experimental-wasm-revectorize' : '--no-experimental-wasm-revectorize');
  on = to;
}

/** A custom section without contents, named `r`. */
const MARK = [0, 2, 1, 0x72] as const;

/**
 * The bytes to compile. The engine keeps code by bytes: those that it has compiled before pairing was turned on would
 * keep their old code, so that they are made to differ.
 */
export function bytesToCompile(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (!on) return bytes;
  const marked = new Uint8Array(bytes.length + MARK.length);
  marked.set(bytes);
  marked.set(MARK, bytes.length);
  return marked;
}
