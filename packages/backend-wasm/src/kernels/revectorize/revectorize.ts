import { missingForRevectorizer, setRevectorizer } from '../../engine/revectorizer.ts';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import { compiledKernels } from '../compiled.ts';
import { comparePaired } from './compare-paired.ts';

/** What came of pairing vectors. */
export interface Revectorized {
  /** Whether the engine pairs vectors, with the same results as without. */
  readonly on: boolean;
  /** Whether products are faster by the wide tile. */
  readonly wide: boolean;
  /** What did not work, or may not. */
  readonly fallbacks: readonly string[];
}

/** The engine's pairing of vectors: how it is turned on and off, and found right or wrong. */
export interface Pairing {
  /** Why it is not to be had; null where it is. */
  missing(): string | null;
  set(on: boolean): void;
  readonly compare: typeof comparePaired;
}

const ENGINE: Pairing = { missing: missingForRevectorizer, set: setRevectorizer, compare: comparePaired };

let verdict: Revectorized | null = null;

/**
 * Has the engine pair vectors of 128 bits to 256, an experiment of V8's that is off by default. Results must be the same
 * bit for bit, else pairing is turned off again. Which tile products take is measured. Happens once a process, since the
 * flag is the process's.
 */
export function revectorize(memory: LinearMemory): Revectorized {
  verdict ??= tryPairing(memory, ENGINE);
  return verdict;
}

/** Turns pairing on, and off again where it gives other results or fails. */
export function tryPairing(memory: LinearMemory, pairing: Pairing): Revectorized {
  const missing = pairing.missing();
  if (missing) return { on: false, wide: false, fallbacks: [missing] };
  const before = compiledKernels();
  const off = (why: string): Revectorized => {
    pairing.set(false);
    return { on: false, wide: false, fallbacks: [`revectorize is off: ${why}`] };
  };
  try {
    pairing.set(true);
    const { differing, wide } = pairing.compare(memory);
    if (differing !== null) return off(`${differing} gave other results than without`);
    const late = `${before} kernels were compiled before revectorize: other devices keep their code`;
    return { on: true, wide, fallbacks: before > 0 ? [late] : [] };
  } catch (error) {
    return off(`comparing its results failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
