import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ArgumentError, DTypeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { readData, readDataSync } from '../../read.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { scatterAddOp } from '../indexing.ts';
import { intsOf } from '../ranges.ts';
import { amax } from '../reduce.ts';
import { expand, unsqueeze } from '../view.ts';

function checkClasses(x: Tensor, numClasses: number): void {
  if (x.dtype !== 'int32') {
    throw new DTypeError('oneHot', `not class numbers: got ${x.dtype}, expected int32.`, { dtype: x.dtype });
  }
  const least = x.size === 0 ? 0 : -1;
  if (!Number.isInteger(numClasses) || numClasses < least || numClasses === 0) {
    throw new ArgumentError(
      'oneHot',
      `invalid number of classes: got ${numClasses} for ${x.size} class numbers, expected a positive integer${x.size > 0 ? ', or -1 for the largest class + 1' : ''}.`,
      { numClasses },
    );
  }
}

function marked(x: Tensor, numClasses: number): Tensor {
  return composed(x.device, () => {
    const shape = [...x.shape, numClasses];
    const axis = x.shape.length;
    const ones = expand(intsOf(x.device, [1]), [...x.shape, 1]);
    const attrs = { axis, size: numClasses, caller: 'oneHot' };
    return dispatchOne(scatterAddOp, [zerosOf(x.device, shape, 'int32'), unsqueeze(x, -1), ones], attrs);
  });
}

/**
 * Class numbers as vectors with a 1 at the class and 0 elsewhere.
 *
 * @param x - int32, any shape, 0 ≤ x < numClasses.
 * @param numClasses - −1 (default): the largest class + 1, which has to be read.
 * @returns int32 (…, numClasses).
 * @throws {@link ValueError} when a class is out of range.
 * @throws {@link AsyncReadError} for −1 on a device that can only be read asynchronously: use {@link oneHotAsync}.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html
 *
 * @example
 * ```ts
 * import { oneHot, tensor } from '@flambeau/core';
 * oneHot(tensor([0, 2], { dtype: 'int32' }), 3); // [[1, 0, 0], [0, 0, 1]]
 * ```
 */
export function oneHot(x: Tensor, numClasses = -1): Tensor {
  checkClasses(x, numClasses);
  if (numClasses !== -1) return marked(x, numClasses);
  return composed(x.device, () => {
    const [largest] = readDataSync(amax(x), 'oneHot', 'await oneHotAsync(x), or pass the number of classes');
    return marked(x, Math.max(largest as number, 0) + 1);
  });
}

/** {@link oneHot} with as many classes as the values tell, on every device. */
export async function oneHotAsync(x: Tensor): Promise<Tensor> {
  checkClasses(x, -1);
  const top = amax(x);
  const [largest] = await readData(top);
  top.dispose();
  return marked(x, Math.max(largest as number, 0) + 1);
}
