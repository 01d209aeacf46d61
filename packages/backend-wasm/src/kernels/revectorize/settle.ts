/** Something to run again and again, that has to give the same each time. */
export interface Work {
  readonly name: string;
  run(): void;
  /** What the last run gave, bit for bit. */
  results(): Int32Array;
}

/** What became of a piece of work when it was run again and again. */
export interface Settled {
  readonly name: string;
  /** Whether optimized code gave what the first did. */
  readonly same: boolean;
  readonly results: Int32Array;
  /** Milliseconds of the fastest run. */
  readonly best: number;
}

/** Milliseconds that the engine is given to optimize all work, at most. */
const PATIENCE = 500;
/** Optimized code is at least so much faster than the first. */
const FASTER = 1.3;
/** Work is optimized when no run has been faster for so many milliseconds: its functions do not change all at once. */
const STEADY = 15;
/** Milliseconds of a turn. */
const TURN = 0.5;

/**
 * Runs until the engine has optimized what runs, or is taken to have. In turns, since it optimizes one thing while another
 * runs: all together take little longer than the slowest.
 */
export function settle<const W extends readonly Work[]>(works: W): { readonly [I in keyof W]: Settled } {
  const all = works.map((work) => new Settling(work));
  const end = performance.now() + PATIENCE;
  for (let left = all; left.length > 0 && performance.now() < end; ) {
    for (const one of left) one.takeTurn();
    left = left.filter((one) => !one.isSteady());
  }
  return all.map((one) => one.end()) as { [I in keyof W]: Settled };
}

class Settling {
  readonly #work: Work;
  readonly #first: Int32Array;
  readonly #slow: number;
  #best: number;
  /** When a run was last faster than those before. */
  #since: number;

  constructor(work: Work) {
    this.#work = work;
    work.run();
    this.#first = work.results();
    // The first run also compiles.
    this.#slow = Math.min(timed(work), timed(work));
    this.#best = this.#slow;
    this.#since = performance.now();
  }

  takeTurn(): void {
    const end = performance.now() + TURN;
    do {
      const time = timed(this.#work);
      if (time < 0.97 * this.#best) this.#since = performance.now();
      this.#best = Math.min(this.#best, time);
    } while (performance.now() < end);
  }

  isSteady(): boolean {
    return this.#best < this.#slow / FASTER && performance.now() - this.#since > STEADY;
  }

  end(): Settled {
    const results = this.#work.results();
    return { name: this.#work.name, same: equal(this.#first, results), results, best: this.#best };
  }
}

function timed(work: Work): number {
  const begin = performance.now();
  work.run();
  return performance.now() - begin;
}

/** Whether all words are the same. */
export const equal = (a: Int32Array, b: Int32Array): boolean => a.every((word, i) => word === b[i]);
