import type { BindingType } from '../../shader/shader.ts';
import type { WordType } from '../../words.ts';
import type { Fields } from './state.ts';

/** The WGSL of a reduction. */
export interface ReductionText {
  /** The state of no elements: an expression. */
  readonly nothing: string;
  /** Body of `fn join(a: State, b: State) -> State`, where a is of earlier elements unless it is commutative. */
  readonly join: string;
  /**
   * Body of `fn take(s: State, v0, …, position: i32, known: Known) -> State`: one more element, of each operand that is
   * walked, at a position along its row.
   */
  readonly take: string;
  /** Body of `fn store(row: i32, s: State)`: writes `out`, `out1`, …. */
  readonly store: string;
  /** Body of `fn known(at: i32) -> Known`: what is read once a row or position. */
  readonly known?: string;
  /** Body of `fn faultyValue(row: i32) -> vec2<i32>`; `whole(row)` is its state. */
  readonly faultyValue?: string;
}

/** A reduction: what is collected of a row, and how. */
export interface Reduction {
  /** Distinct for distinct texts. */
  readonly key: string;
  readonly fields: Fields;
  /** Operands that are walked, all in the same layout. */
  readonly inputs: readonly WordType[];
  /** Further operands, bound behind them. */
  readonly extras?: readonly BindingType[];
  readonly outputs: readonly BindingType[];
  /** Functions of the prelude that are called. */
  readonly functions?: readonly string[];
  /** What is known of a row or of a position, of a WGSL type, so that it is not read for every element. */
  readonly known?: { readonly of: 'row' | 'position'; readonly type: string };
  /** Rounding errors count: long runs are collected in blocks, and `lostBy` and `sumOf` are there to join them. */
  readonly rounded?: boolean;
  /** `store` may call `report(row)`. */
  readonly checked?: boolean;
  /** The text; `word(i)` is the i-th of the words that a run brings. */
  readonly text: (word: (i: number) => string) => ReductionText;
}
