import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { diagonal } from '../shape/diagonal.ts';
import { permute } from '../view.ts';
import { contract, type Labelled, ordered, sumOver } from './contraction.ts';

/** Letters have the numbers of their characters; the dimensions of `...` are numbered from −1 down, the last first. */
interface Equation {
  readonly operands: readonly (readonly number[])[];
  readonly output: readonly number[];
}

/**
 * Einstein summation: products of tensors whose dimensions are named by letters, summed over the letters that the result
 * lacks.
 *
 * @param equation - `'ij,jk->ik'`: a letter for each dimension, upper or lower case; `...` for dimensions that are
 * broadcast; a repeated letter takes the diagonal. Without `->` the result has the letters that occur once, in the order
 * of the alphabet.
 * @param operands - one or more tensors of one dtype. Where there are several they are multiplied from left to right.
 * @throws {@link ArgumentError} on a malformed equation, {@link ShapeError} when sizes do not fit it.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.einsum.html
 *
 * @example
 * ```ts
 * import { einsum, tensor } from '@flambeau/core';
 * const a = tensor([[1, 2], [3, 4]]);
 * einsum('ij,kj->ik', a, a); // [[5, 11], [11, 25]]
 * einsum('ii', a); // 5
 * ```
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const [first] = operands;
  if (!first) throw new ArgumentError('einsum', 'no operands: got none, expected at least one tensor.');
  const { operands: labels, output } = parse(equation, operands);
  checkSizes(operands, labels);
  return composed(first.device, () => {
    const named = operands.map((x, i) => diagonals(x, labels[i] as readonly number[]));
    const result = named.slice(1).reduce((product, next, i) => {
      const later = new Set([...output, ...named.slice(i + 2).flatMap((other) => other.labels)]);
      const all = [...product.labels, ...next.labels];
      return contract(
        product,
        next,
        [...new Set(all)].filter((label) => !later.has(label)),
      );
    }, named[0] as Labelled);
    const rest = result.labels.filter((label) => !output.includes(label));
    return ordered(sumOver(result, rest), output);
  });
}

const isLetter = (char: string): boolean => /^[A-Za-z]$/.test(char);

function malformed(equation: string, fault: string): ArgumentError {
  return new ArgumentError(
    'einsum',
    `${fault}: got '${equation}', expected letters for dimensions, ',' between operands, '...' at most once in each, and '->' before the result.`,
    { equation },
  );
}

/** The letters of one operand; null stands for `...`. */
function letters(equation: string, text: string): (number | null)[] {
  const found: (number | null)[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (isLetter(char)) found.push(char.charCodeAt(0));
    else if (text.startsWith('...', i) && !found.includes(null)) {
      found.push(null);
      i += 2;
    } else throw malformed(equation, `unexpected '${char}'`);
  }
  return found;
}

function parse(equation: string, operands: readonly Tensor[]): Equation {
  const [left = '', right, ...more] = equation.replaceAll(' ', '').split('->');
  if (more.length > 0) throw malformed(equation, "'->' twice");
  const terms = left.split(',').map((term) => letters(equation, term));
  if (terms.length !== operands.length) {
    throw new ArgumentError(
      'einsum',
      `the equation does not fit: got '${equation}' with ${terms.length} operands, expected ${operands.length}.`,
      { equation },
    );
  }
  const hidden = terms.map((term, i) => hiddenCount(term, operands[i] as Tensor, i, equation));
  const broadcast = Math.max(0, ...hidden);
  const named = terms.map((term, i) =>
    term.flatMap((label) => (label === null ? ellipsis(hidden[i] as number) : [label])),
  );
  return { operands: named, output: outputOf(equation, right, terms.flat(), named.flat(), broadcast) };
}

/** How many dimensions the `...` of an operand stands for. */
function hiddenCount(
  term: readonly (number | null)[],
  x: Tensor,
  position: number,
  equation: string,
): number {
  const has = term.includes(null);
  const count = x.shape.length - (term.length - (has ? 1 : 0));
  if (has ? count >= 0 : count === 0) return count;
  throw new ShapeError(
    'einsum',
    `operand ${position} does not fit: got ${formatShape(x.shape)} for '${equation}', expected ${has ? 'at least ' : ''}${term.length - (has ? 1 : 0)} dimensions.`,
    { equation, shape: x.shape },
  );
}

/** The names of `count` broadcast dimensions: aligned at the last one. */
const ellipsis = (count: number): number[] => Array.from({ length: count }, (_, i) => i - count);

function outputOf(
  equation: string,
  right: string | undefined,
  written: readonly (number | null)[],
  present: readonly number[],
  broadcast: number,
): number[] {
  if (right === undefined) {
    const used = present.filter((label) => label > 0);
    const once = [...new Set(used)].filter((label) => used.indexOf(label) === used.lastIndexOf(label));
    return [...(written.includes(null) ? ellipsis(broadcast) : []), ...once.sort((a, b) => a - b)];
  }
  const output = letters(equation, right).flatMap((label) =>
    label === null ? ellipsis(broadcast) : [label],
  );
  if (new Set(output).size !== output.length) throw malformed(equation, 'a letter twice in the result');
  const unknown = output.find((label) => label > 0 && !present.includes(label));
  if (unknown !== undefined) {
    throw malformed(equation, `'${String.fromCharCode(unknown)}' of the result is in no operand`);
  }
  return output;
}

/** @throws {@link ShapeError} when a letter stands for different sizes, neither of which is 1. */
function checkSizes(operands: readonly Tensor[], labels: readonly (readonly number[])[]): void {
  const sizes = new Map<number, number>();
  operands.forEach((x, i) => {
    const own = new Map<number, number>();
    (labels[i] as readonly number[]).forEach((label, axis) => {
      const size = x.shape[axis] as number;
      const repeated = own.get(label);
      const before = sizes.get(label) ?? 1;
      if ((repeated !== undefined && repeated !== size) || (size !== 1 && before !== 1 && before !== size)) {
        throw new ShapeError(
          'einsum',
          `sizes differ: got ${size} and ${repeated ?? before} for ${label > 0 ? `'${String.fromCharCode(label)}'` : "a dimension of '...'"} in operand ${i}, expected equal sizes.`,
          { operand: i },
        );
      }
      own.set(label, size);
      if (size !== 1 || !sizes.has(label)) sizes.set(label, size);
    });
  });
}

/** Takes the diagonal of dimensions with the same letter, so that all letters are distinct. */
function diagonals(x: Tensor, labels: readonly number[]): Labelled {
  let result: Labelled = { x, labels };
  for (const label of new Set(labels)) {
    for (;;) {
      const first = result.labels.indexOf(label);
      const second = result.labels.indexOf(label, first + 1);
      if (second < 0) break;
      const kept = result.labels.filter((_, i) => i !== second);
      // diagonal() puts the new dimension last: back to where the first one was.
      const taken = diagonal(result.x, { dim1: first, dim2: second });
      const rest = kept.map((_, i) => i).slice(0, -1);
      rest.splice(first, 0, kept.length - 1);
      result = { x: permute(taken, rest), labels: kept };
    }
  }
  return result;
}
