import type { Case } from '../cases.ts';
import { NotHere, type Verdict } from '../cell.ts';
import type { Context } from '../context.ts';
import { differentiate, onDevice, placeArguments } from '../evaluate.ts';
import { callFunction } from '../functions.ts';

/**
 * After a call and its backward pass, once the inputs, results and gradients that a user sees are disposed, as many blocks
 * are in use as before: temporaries inside ops were released at once, and what backward saved went with it.
 */
export async function checkLifetimes({ counted: device }: Context, c: Case): Promise<Verdict> {
  if (!device.capabilities.explicitMemory) return new NotHere('the collector owns the memory of this device');
  const before = device.stats();
  const { outputs, wanted, inputs } = onDevice(device, () => {
    const { args, tensors, wanted } = placeArguments(device, c, { order: c.samples.gradient ? 1 : 0 });
    return { outputs: callFunction(c.fn, args), wanted, inputs: tensors };
  });
  const results = await outputs;
  const { gradients, weights } = differentiate(results, wanted, 1);
  await Promise.all(results.map((y) => y.data()));
  for (const x of [...inputs, ...results, ...gradients, ...weights]) x?.dispose();
  const after = device.stats();
  const left = after.blocks - before.blocks;
  return left === 0 ? null : `${left} block(s) with ${after.bytes - before.bytes} bytes are left in use`;
}
