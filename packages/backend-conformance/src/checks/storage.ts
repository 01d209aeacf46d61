import type { Device, DType, Tensor, TypedArray } from '@flambeau/core';
import { allocTyped, FlambeauError, fromTyped, full, tensor, zeros } from '@flambeau/core';
import { NotHere, type Verdict } from '../cell.ts';
import { anotherDevice } from '../context.ts';
import { drawValues } from '../draw.ts';
import { t } from '../samples/spec.ts';

type StorageCheck = (device: Device) => Promise<Verdict>;

/** Sizes around what vector units, words and blocks of memory hold. */
const SIZES = [0, 1, 2, 3, 5, 7, 15, 17, 63, 65, 255, 257, 1023, 1025, 4099];

/** Budgets above this are not filled. */
const FILLABLE = 16 << 20;

function unlike(
  found: TypedArray | readonly number[],
  expected: TypedArray | readonly number[],
): string | null {
  const same = found.length === expected.length && expected.every((value, i) => Object.is(found[i], value));
  return same ? null : `got ${found.join(', ')}, expected ${expected.join(', ')}`;
}

async function values(x: Tensor): Promise<number[]> {
  return Array.from(await x.data());
}

/** The name of the error that a call ends in, sooner or later. */
async function errorOf(fn: () => unknown): Promise<string> {
  try {
    await fn();
    return 'no error';
  } catch (error) {
    return error instanceof FlambeauError ? error.name : String(error);
  }
}

/** Memory below the ops. */
export const storageChecks: Readonly<Record<string, StorageCheck>> = {
  'blocks of every size, 0 bytes too, are allocated, written, read in part, and released': async ({
    backend,
    capabilities,
  }) => {
    for (const dtype of capabilities.dtypes) {
      for (const size of SIZES) {
        const block = backend.alloc(dtype, size);
        const data = drawValues(t([size]), dtype, size);
        backend.write(block, data);
        const [whole, part] = await Promise.all([
          backend.read(block, dtype, 0, size),
          backend.read(block, dtype, size >> 1, size - (size >> 1)),
        ]);
        backend.release(block);
        const wrong = unlike(whole, data) ?? unlike(part, data.slice(size >> 1));
        if (wrong) return `${dtype}[${size}]: ${wrong}`;
      }
    }
    return null;
  },
  'a block is read as it was at the call, whatever is written and released afterwards': async ({
    backend,
  }) => {
    const block = backend.alloc('float32', 3);
    backend.write(block, Float32Array.of(1, 2, 3));
    const first = backend.read(block, 'float32', 0, 3);
    backend.write(block, Float32Array.of(4, 5, 6));
    const second = backend.read(block, 'float32', 0, 3);
    backend.release(block);
    return unlike(await first, [1, 2, 3]) ?? unlike(await second, [4, 5, 6]);
  },
  'tensors of every size and dtype come back as they went in': async (device) => {
    for (const dtype of device.capabilities.dtypes) {
      for (const size of SIZES) {
        const data = drawValues(t([size]), dtype, size);
        const found = await fromTyped(data, [size], { dtype, device }).data();
        const wrong =
          unlike(found, data) ??
          (found.constructor === data.constructor ? null : `got a ${found.constructor.name}`);
        if (wrong) return `${dtype}[${size}]: ${wrong}`;
      }
    }
    return null;
  },
  'NaN, infinities and negative zero come back as they went in': async (device) => {
    const special = [Number.NaN, Infinity, -Infinity, -0, 1e-40, 3.4028234663852886e38];
    for (const dtype of device.capabilities.dtypes.filter((d) => d.startsWith('float'))) {
      const data = allocTyped(dtype, special.length);
      data.set(special);
      const wrong = unlike(await fromTyped(data, [special.length], { dtype, device }).data(), data);
      if (wrong) return `${dtype}: ${wrong}`;
    }
    return null;
  },
  'a fill sets every element, in every dtype': async (device) => {
    for (const dtype of device.capabilities.dtypes) {
      for (const size of SIZES) {
        const found = await values(full([size], 1, { dtype, device }));
        if (found.length !== size || found.some((value) => value !== 1))
          return `${dtype}[${size}]: got ${found.join(', ')}`;
      }
    }
    return null;
  },
  'host arrays are copied, in and out': async (device) => {
    const data = Float32Array.of(1, 2, 3);
    const x = fromTyped(data, [3], { device });
    data[0] = 99;
    const first = await x.data();
    first[1] = 99;
    return unlike(await x.data(), [1, 2, 3]);
  },
  'a part of a block is read from where it starts': async (device) => {
    const x = fromTyped(
      Float32Array.from({ length: 40 }, (_, i) => i),
      [40],
      { device },
    );
    return unlike(await x.narrow(0, 7, 3).data(), [7, 8, 9]);
  },
  'a read sees the values at the time of the call': async (device) => {
    const x = tensor([1, 2], { device });
    const before = x.data();
    x.add_(10);
    const between = x.data();
    x.fill_(0);
    const after = x.data();
    return unlike(await before, [1, 2]) ?? unlike(await between, [11, 12]) ?? unlike(await after, [0, 0]);
  },
  'results keep the values their operands had, whatever is written into them later': async (device) => {
    const x = tensor([1, 2], { device });
    const doubled = x.mul(2);
    const copy = x.clone();
    x.add_(10);
    const again = x.mul(2);
    x.zero_();
    return (
      unlike(await doubled.data(), [2, 4]) ??
      unlike(await copy.data(), [1, 2]) ??
      unlike(await again.data(), [22, 24])
    );
  },
  'a write through a view is seen by every other view': async (device) => {
    const x = zeros([3, 4], { device });
    const transposed = x.transpose(0, 1);
    const row = x.select(0, 1);
    x.narrow(1, 1, 2).fill_(1);
    row.add_(5);
    transposed.select(0, 3).mul_(2);
    return (
      unlike(await x.data(), [0, 1, 1, 0, 5, 6, 6, 10, 0, 1, 1, 0]) ?? unlike(await row.data(), [5, 6, 6, 10])
    );
  },
  'overlapping views are copied as if through a third place': async (device) => {
    const right = tensor([1, 2, 3, 4, 5], { device });
    right.narrow(0, 1, 4).copy_(right.narrow(0, 0, 4));
    const left = tensor([1, 2, 3, 4, 5], { device });
    left.narrow(0, 0, 4).copy_(left.narrow(0, 1, 4));
    const turned = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { device },
    );
    turned.copy_(turned.transpose(0, 1));
    return (
      unlike(await right.data(), [1, 1, 2, 3, 4]) ??
      unlike(await left.data(), [2, 3, 4, 5, 5]) ??
      unlike(await turned.data(), [1, 3, 2, 4])
    );
  },
  'an operation on overlapping views reads before it writes': async (device) => {
    const sums = tensor([1, 2, 3, 4, 5], { device });
    sums.narrow(0, 1, 4).add_(sums.narrow(0, 0, 4));
    const reversed = tensor([1, 2, 3, 4, 5], { device });
    reversed.copy_(reversed.flip(0));
    return unlike(await sums.data(), [1, 3, 5, 7, 9]) ?? unlike(await reversed.data(), [5, 4, 3, 2, 1]);
  },
  'tensors without elements go through ops, gradients and reads': async (device) => {
    const x = zeros([0, 3], { device, requiresGrad: true });
    const y = x.mul(2).add(1).sum();
    await y.backwardAsync();
    const found = [x.grad?.shape.join(), (await x.grad?.data())?.length, await y.item()];
    return found.join() === '0,3,0,0' ? null : `got ${found.join('; ')}, expected 0,3; 0; 0`;
  },
  'a tensor may be disposed while it is read': async (device) => {
    const x = tensor([1, 2, 3], { device }).add(1);
    const values = x.data();
    x.dispose();
    const other = zeros([3], { device }).add(7);
    return unlike(await values, [2, 3, 4]) ?? unlike(await other.data(), [7, 7, 7]);
  },
  'an operand may be the target itself': async (device) => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { device },
    );
    x.add_(x);
    x.mul_(x.transpose(0, 1));
    return unlike(await x.data(), [4, 24, 24, 64]);
  },
  'a view outlives its base, and disposing twice is the same as once': async (device) => {
    const x = tensor([1, 2, 3], { device });
    const view = x.narrow(0, 1, 2);
    x.dispose();
    x.dispose();
    return unlike(await view.data(), [2, 3]);
  },
  'tensors move to another device and back, and their gradients too': async (device) => {
    const other = anotherDevice({ ...device.backend, name: `another ${device.name}` });
    const x = tensor([1, 2, 3], { device, requiresGrad: true });
    const there = await x.mul(2).toAsync(other);
    const back = await there.mul(there).toAsync(device);
    await back.sum().backwardAsync();
    const places = [there.device === other, back.device === device, x.grad?.device === device];
    if (places.includes(false)) return `got tensors on ${there.device.name} and ${back.device.name}`;
    for (const dtype of device.capabilities.dtypes) {
      const data = drawValues(t([5]), dtype, 1);
      const moved = await (await fromTyped(data, [5], { dtype, device }).toAsync(other)).toAsync(device);
      const wrong = moved.dtype === dtype ? unlike(await moved.data(), data) : `got ${moved.dtype}`;
      if (wrong) return `${dtype}: ${wrong}`;
    }
    return unlike(await back.data(), [4, 16, 36]) ?? unlike((await x.grad?.data()) ?? [], [8, 16, 24]);
  },
  'a disposed tensor is refused': async (device) => {
    const x = tensor([1], { device });
    x.dispose();
    const found = [
      await errorOf(() => x.add(1)),
      await errorOf(() => x.data()),
      await errorOf(() => x.add_(1)),
    ];
    return found.every((name) => name === 'ReleasedError')
      ? null
      : `got ${found.join(', ')}, expected ReleasedError`;
  },
  'a second backward pass says that the graph is gone': async (device) => {
    const x = tensor([1, 2], { device, requiresGrad: true });
    const y = x.mul(x).sum();
    y.backward();
    const found = await errorOf(() => y.backward());
    return found === 'GraphFreedError' ? null : `got ${found}, expected GraphFreedError`;
  },
  'more tensors than fit are all kept': async (device) => {
    const { explicitMemory, memoryBudget = Infinity } = device.capabilities;
    if (!explicitMemory || memoryBudget > FILLABLE)
      return new NotHere('the memory of this device is not to be filled by a test');
    const dtype: DType = 'float32';
    const size = Math.floor(memoryBudget / 8 / 4);
    const kept: Tensor[] = [];
    for (let i = 0; i < 20; i++) {
      kept.push(full([size], i, { dtype, device }));
      await kept[i]?.narrow(0, 0, 1).data();
    }
    for (const [i, x] of kept.entries()) {
      const found = await x.data();
      if (found.length !== size || found.some((value) => value !== i))
        return `tensor ${i}: got ${found[0]}, …, expected ${i}`;
    }
    return null;
  },
};
