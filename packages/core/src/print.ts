import { formatValues } from './format.ts';
import { readData, readDataSync } from './read.ts';
import { formatShape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** Host names that core needs beyond the language. */
declare const console: { log(text: string): void };

function text(x: Tensor, data: Parameters<typeof formatValues>[0]): string {
  const device = x.device.capabilities.syncRead ? undefined : x.device.name;
  return formatValues(data, x.shape, x.dtype, {
    ...(device && { device }),
    ...(x.node ? { gradFn: x.node.name } : { requiresGrad: x.requiresGrad }),
  });
}

/** The values where they can be read at once; else shape, dtype, device and how to see them. */
export function summary(x: Tensor): string {
  if (x.released || x.storage.released)
    return `tensor(released, shape=${formatShape(x.shape)}, dtype=${x.dtype})`;
  if (x.device.capabilities.syncRead) return text(x, readDataSync(x));
  return `tensor(shape=${formatShape(x.shape)}, dtype=${x.dtype}, device='${x.device.name}'; await x.print() shows the values)`;
}

/** Writes the values to the console. */
export async function print(x: Tensor): Promise<void> {
  console.log(text(x, await readData(x)));
}
