import { dispatchOne } from '../../dispatch/dispatch.ts';
import { hostTensor } from '../../dispatch/execute.ts';
import type { TypedArray } from '../../dtype.ts';
import { DTypeError, ShapeError } from '../../errors.ts';
import { readDataSync } from '../../read.ts';
import { broadcastShapes, formatShape, sameShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { add, mul } from '../elementwise.ts';
import { addAt, alongLines, pickRows } from '../indexing.ts';
import { expand, permute, reshape } from '../view.ts';
import { scatterOp } from './scatter-op.ts';
import { wrapIndexOp, wrapped } from './wrap.ts';

/** An index tensor and the dimension of x that it starts at. */
export interface Place {
  readonly axis: number;
  readonly index: Tensor;
}

/** Whose call it is, what helps where a mask cannot be read at once, and the masks that were read before. */
export interface Caller {
  readonly name: string;
  readonly instead: string;
  readonly masks?: ReadonlyMap<Tensor, TypedArray>;
}

/** A tensor with the indexed dimensions made one, and where in it the index points. */
interface Arranged {
  readonly flat: Tensor;
  /** The order of dimensions before they were made one. */
  readonly order: readonly number[];
  /** The dimension that the index is for. */
  readonly axis: number;
  readonly positions: Tensor;
  /** The shape that the index tensors broadcast to. */
  readonly shape: readonly number[];
  /** For the message: positions of a single index are checked where they are used. */
  readonly told: { readonly caller: string; readonly signed: boolean };
}

/** The coordinates of a mask's true elements, a vector for each of its dimensions; a 0-d mask stands for one. */
function maskCoordinates(mask: Tensor, data: TypedArray, device: Tensor['device']): Tensor[] {
  const shape = mask.shape.length === 0 ? [1] : mask.shape;
  const found: number[] = [];
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) found.push(i);
  return shape.map((size, axis) => {
    const inner = sizeOf(shape.slice(axis + 1));
    const along = Int32Array.from(found, (flat) => Math.floor(flat / inner) % size);
    return hostTensor(device, 'int32', along, [along.length]);
  });
}

/** @throws {@link ShapeError} unless a mask has the sizes of the dimensions it stands for. */
export function checkMask(caller: string, covered: readonly number[], mask: Tensor): void {
  if (sameShape(covered, mask.shape)) return;
  throw new ShapeError(
    caller,
    `the mask does not fit: got ${formatShape(mask.shape)} over ${formatShape(covered)}, expected equal shapes.`,
    { shape: mask.shape },
  );
}

/** Masks replaced by the coordinates of their true elements. */
function withoutMasks(x: Tensor, places: readonly Place[], { name, instead, masks }: Caller): Place[] {
  return places.flatMap(({ axis, index }) => {
    if (index.dtype === 'bool') {
      checkMask(name, x.shape.slice(axis, axis + index.shape.length), index);
      const data = masks?.get(index) ?? readDataSync(index, name, instead);
      return maskCoordinates(index, data, x.device).map((along, i) => ({ axis: axis + i, index: along }));
    }
    if (index.dtype === 'int32') return [{ axis, index }];
    throw new DTypeError(
      name,
      `an index is not an integer: got ${index.dtype}, expected int32 or bool. Pass { dtype: 'int32' } or cast with x.to('int32').`,
      { dtype: index.dtype },
    );
  });
}

/**
 * Index tensors broadcast together. Their dimensions stand where the first index does if all are next to each other,
 * else first (0-d tensors do not count): PyTorch's rule.
 */
function arrange(x: Tensor, given: readonly Place[], caller: Caller): Arranged {
  const places = withoutMasks(x, given, caller);
  const axes = places.map(({ axis }) => axis);
  const rest = [...x.shape.keys()].filter((i) => !axes.includes(i));
  const wide = places.filter(({ index }) => index.shape.length > 0).map(({ axis }) => axis);
  const [first = axes[0] as number, last = first] = [wide[0], wide[wide.length - 1]];
  const apart = rest.some((i) => i > first && i < last);
  const axis = apart ? 0 : rest.filter((i) => i < first).length;
  const order = [...rest.slice(0, axis), ...axes, ...rest.slice(axis)];
  const moved = order.every((from, to) => from === to) ? x : permute(x, order);
  const sizes = axes.map((i) => x.shape[i] as number);
  const flat = reshape(moved, [
    ...moved.shape.slice(0, axis),
    sizeOf(sizes),
    ...moved.shape.slice(axis + axes.length),
  ]);
  const shape = places.reduce<readonly number[]>(
    (all, { index }) => broadcastShapes(caller.name, all, index.shape),
    [],
  );
  const [single, ...others] = places.map((place, k) => {
    if (places.length === 1) return wrapped(place.index, sizes[0] as number);
    return mul(checkedPositions(x, place, caller), sizeOf(sizes.slice(k + 1)));
  }) as [Tensor, ...Tensor[]];
  const positions = reshape(
    expand(
      others.reduce((sum, part) => add(sum, part), single),
      shape,
    ),
    [-1],
  );
  return { flat, order, axis, positions, shape, told: { caller: caller.name, signed: others.length === 0 } };
}

function checkedPositions(x: Tensor, { axis, index }: Place, { name }: Caller): Tensor {
  return dispatchOne(wrapIndexOp, [index], {
    axis,
    size: x.shape[axis] as number,
    caller: name,
    signed: true,
  });
}

/** The elements of x at the places, in their order. */
export function pickAt(x: Tensor, places: readonly Place[], caller: Caller): Tensor {
  const { flat, axis, positions, shape, told } = arrange(x, places, caller);
  const rows = pickRows(flat, axis, positions, told);
  return reshape(rows, [...flat.shape.slice(0, axis), ...shape, ...flat.shape.slice(axis + 1)]);
}

/** x with values, broadcast, written or added at the places. Of several at one place the last stays. */
export function writeAt(
  x: Tensor,
  places: readonly Place[],
  values: Tensor,
  accumulate: boolean,
  caller: Caller,
): Tensor {
  const { flat, order, axis, positions, shape, told } = arrange(x, places, caller);
  const [before, after] = [flat.shape.slice(0, axis), flat.shape.slice(axis + 1)];
  const source = reshape(expand(values, [...before, ...shape, ...after]), [
    ...before,
    positions.size,
    ...after,
  ]);
  const { lines, ...rest } = alongLines(positions, axis, source.shape);
  const attrs = { axis, size: flat.shape[axis] as number, ...rest, ...told };
  const written = accumulate
    ? addAt(flat, lines, source, attrs)
    : dispatchOne(scatterOp, [flat, lines, source], attrs);
  const moved = reshape(
    written,
    order.map((i) => x.shape[i] as number),
  );
  return permute(
    moved,
    order.map((_, i) => order.indexOf(i)),
  );
}
