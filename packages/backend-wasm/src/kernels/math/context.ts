import type { Expr } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { v128 } from '../../emit/vector.ts';

/** A value of 128 bits; here four lanes of float32 or two of float64. */
export type Vector = Expr<'v128'>;

/** Adds the code of a function of float32 lanes to a body. Arguments are used more than once: pass variables. */
export type VectorFunction = (...args: readonly Vector[]) => Vector;

/**
 * Constants of a body in all lanes, each in a variable that is set once. Ask for them before the loop that uses them:
 * V8 makes a `v128.const` anew at each use, also within a loop.
 */
export class Constants {
  readonly #body: FunctionBody;
  readonly #known = new Map<string, Local<'v128'>>();
  #closed = false;

  constructor(body: FunctionBody) {
    this.#body = body;
  }

  f64(value: number): Vector {
    return this.#lanes(Float64Array.of(value, value));
  }

  f32(value: number): Vector {
    return this.#lanes(new Float32Array(4).fill(value));
  }

  i64(value: bigint): Vector {
    return this.#lanes(BigInt64Array.of(value, value));
  }

  i32(value: number): Vector {
    return this.#lanes(new Int32Array(4).fill(value));
  }

  /** From here on only constants that were asked for before can be had: within branches others would not be set. */
  close(): void {
    this.#closed = true;
  }

  #lanes({ buffer }: ArrayBufferView): Vector {
    const bytes = new Uint8Array(buffer);
    const key = bytes.join();
    let known = this.#known.get(key);
    if (!known) {
      if (this.#closed) throw new TypeError('wasm: a constant was asked for after the loop had begun');
      known = this.#body.let(v128.const(bytes));
      this.#known.set(key, known);
    }
    return known;
  }
}

/** How many elements code computes at a time: four, or a single one that stands in every lane. */
export type LaneCount = 1 | 4;

/** What the code of functions is added to. */
export interface MathContext {
  readonly body: FunctionBody;
  readonly constants: Constants;
  /** A single element takes half the work. Its results are those of four, bit for bit. */
  readonly lanes: LaneCount;
  /** The imported function of that name, of one float32. */
  readonly imported: (name: 'sin' | 'cos', x: Expr<'f32'>) => Expr<'f32'>;
}
