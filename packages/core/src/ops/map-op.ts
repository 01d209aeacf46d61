import type { DType } from '../dtype.ts';
import { DTYPES, promoteTypes } from '../dtype.ts';
import { DTypeError } from '../errors.ts';
import type { ScalarNode } from '../scalar/index.ts';
import { input, s, scalar } from '../scalar/index.ts';
import type { Tensor } from '../tensor.ts';
import type { MapProgram } from './map-program.ts';
import { createProgram } from './map-program.ts';

/**
 * How operand dtypes lead to the result's:
 * - `promote`: all are promoted to a common dtype, which the result has;
 * - `numbers`: the same, and bools are refused;
 * - `arithmetic`: the same, but bools are only refused among themselves;
 * - `float`: the same, and integers become float32;
 * - `compare`: promoted, the result is bool;
 * - `logical`: each is taken as true or false, the result is bool;
 * - `bits`: promoted, floats are refused;
 * - `select`: the first is a condition, the others are promoted;
 * - `typed`: operands are used as they are, the result has the expression's type.
 */
export type MapRule =
  | 'promote'
  | 'numbers'
  | 'arithmetic'
  | 'float'
  | 'compare'
  | 'logical'
  | 'bits'
  | 'select'
  | 'typed';

/** An operand of a map op: a tensor, or a number that adopts the tensors' dtype. */
export type MapOperand = Tensor | number;

/** An elementwise op: its name and its scalar expression are all there is to it. */
export interface MapOp {
  readonly kind: 'map';
  readonly class: 'static';
  readonly name: string;
  /** Number of operands. */
  readonly arity: number;
  readonly rule: MapRule;
  /** The expression over promoted operands. */
  readonly build: (...args: ScalarNode[]) => ScalarNode;
  /** Adjoints of the operands, where symbolic differentiation is not what PyTorch does. */
  readonly vjp?: (
    g: ScalarNode,
    args: readonly ScalarNode[],
    y: ScalarNode,
  ) => readonly (ScalarNode | null)[];
  /** Throws for operands that are refused for more than their dtypes, once their common dtype is known. */
  readonly check?: (operands: readonly MapOperand[], common: DType) => void;
  /** @internal */
  readonly programs: Map<number, MapProgram>;
}

/** Codes of numbers beside those of dtypes in a program's key. */
const INTEGER_NUMBER = 6;
const FLOAT_NUMBER = 7;

/** The common dtype of operands: tensors with dimensions first, then 0-d tensors, then numbers (PyTorch's rule). */
export function resultType(operands: readonly MapOperand[], from = 0): DType {
  let dims: DType | null = null;
  let zero: DType | null = null;
  let number: 0 | 1 | 2 = 0;
  for (let i = from; i < operands.length; i++) {
    const operand = operands[i] as MapOperand;
    if (typeof operand === 'number') number = number === 2 || !Number.isInteger(operand) ? 2 : 1;
    else if (operand.shape.length > 0)
      dims = dims === null ? operand.dtype : promoteTypes(dims, operand.dtype);
    else zero = zero === null ? operand.dtype : promoteTypes(zero, operand.dtype);
  }
  let result = dims ?? zero;
  if (result === null) return number === 1 ? 'int32' : 'float32';
  if (dims !== null && zero !== null && DTYPES[zero].category > DTYPES[result].category) result = zero;
  if (number > DTYPES[result].category) result = number === 2 ? 'float32' : 'int32';
  return result;
}

function compile(op: MapOp, operands: readonly MapOperand[], common: DType): MapProgram {
  const inputs: DType[] = [];
  const scalars: MapProgram['scalars'][number][] = [];
  const { rule } = op;
  const compute = rule === 'logical' ? 'bool' : common;
  const isBool = DTYPES[compute].compute === 'bool';
  /** PyTorch's arithmetic on bool is that of 0 and 1, cut to bool at the end. */
  const working: DType = isBool && rule === 'promote' ? 'int32' : compute;
  const args = operands.map((operand, i) => {
    const target = rule === 'select' && i === 0 ? 'bool' : working;
    if (typeof operand === 'number') {
      const type = DTYPES[rule === 'typed' ? common : target].compute;
      // Any number but 0 is true: a bool register would cut it.
      const stored = type === 'bool' ? 'float32' : type;
      const leaf = scalar(scalars.length, stored);
      scalars.push(stored);
      return s.cast(leaf, type);
    }
    const leaf = input(inputs.length, operand.dtype);
    inputs.push(operand.dtype);
    return rule === 'typed' ? leaf : s.cast(leaf, DTYPES[target].compute);
  });
  let root = op.build(...args);
  let dtype: DType = root.dtype;
  if (['promote', 'numbers', 'arithmetic', 'select', 'bits'].includes(rule)) {
    root = s.cast(root, common);
    dtype = common;
  }
  return createProgram(root, inputs, scalars, dtype, args);
}

/** The program of an op for these operands, from a cache by dtypes. @throws {@link DTypeError} on dtypes it refuses. */
export function programFor(op: MapOp, operands: readonly MapOperand[]): MapProgram {
  let common =
    op.rule === 'typed'
      ? (operands.find((operand) => typeof operand === 'object')?.dtype ?? 'float32')
      : resultType(operands, op.rule === 'select' ? 1 : 0);
  if (op.rule === 'float' && DTYPES[common].category !== 2) common = 'float32';
  op.check?.(operands, common);
  let key = DTYPES[common].code;
  for (const operand of operands) {
    const code =
      typeof operand === 'object'
        ? DTYPES[operand.dtype].code
        : Number.isInteger(operand)
          ? INTEGER_NUMBER
          : FLOAT_NUMBER;
    key = key * 8 + code;
  }
  let program = op.programs.get(key);
  if (!program) {
    const isBool = (x: MapOperand): boolean => typeof x === 'object' && x.dtype === 'bool';
    if (op.rule === 'numbers' ? operands.some(isBool) : op.rule === 'arithmetic' && common === 'bool') {
      throw new DTypeError(
        op.name,
        "not defined for bools: got bool, expected numbers. Use logicalNot or logicalXor, or cast with x.to('int32').",
        { dtype: 'bool' },
      );
    }
    if (op.rule === 'bits' && DTYPES[common].category === 2) {
      throw new DTypeError(
        op.name,
        `not defined for floats: got ${common}, expected an integer or bool dtype.`,
        { dtype: common },
      );
    }
    program = compile(op, operands, common);
    op.programs.set(key, program);
  }
  return program;
}
