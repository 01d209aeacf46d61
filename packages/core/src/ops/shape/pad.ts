import { dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { constantPadOp, cropped, type Margin, paddedShape } from './constant-pad.ts';
import { type EdgeMode, edgePadOp } from './edge-pad.ts';

/** Options of {@link pad}. */
export interface PadOptions {
  /** Default `'constant'`. */
  readonly mode?: 'constant' | EdgeMode;
  /** The constant. Default 0. */
  readonly value?: number;
}

/** PyTorch's list, the last dimension first, as margins of every dimension. */
function marginsOf(x: Tensor, padding: readonly number[]): Margin[] {
  const rank = x.shape.length;
  if (padding.length % 2 !== 0 || padding.length > 2 * rank || !padding.every(Number.isInteger)) {
    throw new ShapeError(
      'pad',
      `invalid padding: got [${padding.join(', ')}] for shape ${formatShape(x.shape)}, expected an even number of integers, at most ${2 * rank}.`,
      { padding, shape: x.shape },
    );
  }
  return x.shape.map((_, axis) => {
    const i = 2 * (rank - 1 - axis);
    return [padding[i] ?? 0, padding[i + 1] ?? 0];
  });
}

function checkSizes(x: Tensor, margins: readonly Margin[], mode: string): void {
  const shape = paddedShape(x.shape, margins);
  const least = mode === 'constant' ? 0 : 1;
  const bad = margins.findIndex((margin, i) => {
    const [before, after] = margin;
    const taken = Math.max(-before, 0) + Math.max(-after, 0);
    if ((shape[i] as number) < 0 || taken > (x.shape[i] as number)) return true;
    return (before !== 0 || after !== 0) && (shape[i] as number) < least;
  });
  if (bad < 0) return;
  throw new ShapeError(
    'pad',
    `too much is taken away: got [${margins[bad]?.join(', ')}] for size ${x.shape[bad]} of dimension ${bad}, expected at least ${least} elements to be left.`,
    { shape: x.shape, dim: bad },
  );
}

/** How far margins may reach: a mirror shows each element but the edge once, a circle each element once. */
function checkReach(x: Tensor, margins: readonly Margin[], mode: EdgeMode): void {
  margins.forEach((margin, dim) => {
    const size = x.shape[dim] as number;
    const most = { reflect: size - 1, replicate: size > 0 ? Infinity : 0, circular: size }[mode];
    const wide = margin.find((n) => n > 0 && n > most);
    if (wide === undefined) return;
    throw new ShapeError(
      'pad',
      `the padding is too wide: got ${wide} for size ${size} of dimension ${dim}, expected at most ${most} for '${mode}'.`,
      { padding: wide, size, dim },
    );
  });
}

/**
 * x with margins. `padding` is PyTorch's list: before and after the last dimension, then the one before it, and so on.
 * `'constant'` fills with `value`, `'reflect'` mirrors about the edge elements, `'replicate'` repeats them, `'circular'`
 * goes on at the other end. Negative padding takes elements away.
 *
 * @throws {@link ShapeError} when the list does not fit, or a margin is wider than the mode can fill.
 * @throws {@link ArgumentError} for a value with a mode that does not use it.
 * @throws {@link DTypeError} for a value that the dtype cannot hold.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html. All modes pad any dimensions
 * here; PyTorch pads only the last three, and not the first one, unless with a constant.
 *
 * @example
 * ```ts
 * import { pad, tensor } from '@flambeau/core';
 * pad(tensor([1, 2, 3]), [1, 2]); // [0, 1, 2, 3, 0, 0]
 * pad(tensor([1, 2, 3]), [1, 2], { mode: 'reflect' }); // [2, 1, 2, 3, 2, 1]
 * ```
 */
export function pad(x: Tensor, padding: readonly number[], options: PadOptions = {}): Tensor {
  const { mode = 'constant', value = 0 } = options;
  const margins = marginsOf(x, padding);
  if (mode === 'constant') {
    checkSizes(x, margins, mode);
    if (!isFloat(x.dtype) && !Number.isInteger(value)) {
      throw new DTypeError(
        'pad',
        `the value does not fit: got ${value} for ${x.dtype}, expected an integer. Cast with x.to('float32').`,
        { dtype: x.dtype, value },
      );
    }
    return dispatchOne(constantPadOp, [x], { margins, value });
  }
  if (value !== 0) {
    throw new ArgumentError('pad', `mode '${mode}' uses no value: got ${value}, expected none.`, { value });
  }
  checkSizes(x, margins, mode);
  return composed(x.device, () => edgePad(x, margins, mode));
}

function edgePad(x: Tensor, margins: readonly Margin[], mode: EdgeMode): Tensor {
  // As in PyTorch: a circle closes over what is left, mirrors and edges are those of the whole.
  const source = mode === 'circular' ? cropped(x, margins) : x;
  checkReach(source, margins, mode);
  const wide: Margin[] = margins.map(([before, after]) => [Math.max(before, 0), Math.max(after, 0)]);
  const padded = dispatchOne(edgePadOp, [source], { margins: wide, mode });
  return mode === 'circular' ? padded : cropped(padded, margins);
}
