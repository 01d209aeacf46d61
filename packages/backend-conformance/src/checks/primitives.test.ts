import { cpu } from '@flambeau/backend-cpu';
import type { Device, Kernel, KernelTable, MapEachKernel, MapKernel, Operand } from '@flambeau/core';
import { createDevice, deferredMaps } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import type { Cell } from '../cell.ts';
import { planSuite } from '../suite.ts';

const { backend } = cpu();

/** The cpu backend with other kernels. */
function cpuWith(kernels: Partial<KernelTable>): () => Device {
  return () => createDevice({ ...backend, kernels: { ...backend.kernels, ...kernels } });
}

async function failuresOf(create: () => Device, subject: string, dtype = 'float32'): Promise<string[]> {
  const { cells } = planSuite({ name: 'tested', create });
  const cell = cells.find(
    (one) => one.check === 'primitives' && one.subject === subject && one.dtype === dtype,
  );
  const { cases, failures } = await (cell as Cell).run();
  expect(cases).toBeGreaterThan(5);
  return failures.map(({ title }) => title);
}

/** A kernel that takes views for tensors in row-major order. */
const blindToViews =
  (kernel: Kernel<never>): Kernel<never> =>
  (inputs, outputs, attrs, context) => {
    const flat = (x: Operand): Operand => {
      const strides = x.shape.map((_, axis) => x.shape.slice(axis + 1).reduce((n, m) => n * m, 1));
      return { ...x, strides };
    };
    return kernel(inputs.map(flat), outputs, attrs, context);
  };

describe('a required kernel that does something wrong is found out', () => {
  test.each(['sum', 'amax', 'argmax', 'matmul', 'gather', 'scatterAdd', 'copyStrided'] as const)(
    '%s that does not look at strides',
    async (name) => {
      const kernel = blindToViews(backend.kernels[name] as Kernel<never>);
      const wrong = await failuresOf(cpuWith({ [name]: kernel }), name);
      expect(wrong.length).toBeGreaterThan(0);
      expect(wrong.every((title) => /transposed|flipped|expanded|stepped|over|@/.test(title))).toBe(true);
    },
  );

  test('fill that leaves out the last element', async () => {
    const fill: KernelTable['fill'] = (inputs, [y], attrs, context) => {
      const { shape, size } = y as Operand;
      if (shape.length === 1 && size > 1)
        return backend.kernels.fill(
          inputs,
          [{ ...(y as Operand), shape: [size - 1], size: size - 1 }],
          attrs,
          context,
        );
      return backend.kernels.fill(inputs, [y as Operand], attrs, context);
    };
    expect(await failuresOf(cpuWith({ fill }), 'fill')).toContain('[7] offset in place');
  });

  test('argmax that takes the last of equal elements', async () => {
    const argmax: KernelTable['argmax'] = (inputs, outputs, attrs, context) => {
      const [x, y] = [inputs[0] as Operand, outputs[0] as Operand];
      const fault = backend.kernels.argmax(inputs, outputs, attrs, context);
      if (x.shape.join() !== '2,3' || y.size !== 2) return fault;
      (y.block as Int32Array)[y.offset] = 2;
      return fault;
    };
    expect(await failuresOf(cpuWith({ argmax }), 'argmax', 'int32')).toEqual(['[2, 3] contiguous over 1']);
  });

  test('a map whose maximum overlooks NaN, and whose int32 products are rounded', async () => {
    const map: MapKernel = (program, inputs, scalars, output) => {
      backend.kernels.map(program, inputs, scalars, output);
      const values = output.block as Float32Array;
      const { op, type } = program.root;
      for (let i = 0; i < output.size; i++) {
        if (op === 'max' && Number.isNaN(values[i])) values[i] = 0;
        if (op === 'mul' && type === 'int32') values[i] = Math.fround(values[i] as number);
      }
    };
    expect(await failuresOf(cpuWith({ map }), 'map')).toEqual(['max']);
    expect(await failuresOf(cpuWith({ map }), 'map', 'int32')).toEqual(['mul']);
    expect(await failuresOf(cpu, 'map', 'int32')).toEqual([]);
  });

  test('maps of several tensors that leave out the last', async () => {
    const { map } = backend.kernels;
    const deferring = (mapEach: MapEachKernel): Device =>
      createDevice(
        {
          ...backend,
          capabilities: { ...backend.capabilities, defer: true },
          kernels: { ...backend.kernels, mapEach },
        },
        { deferral: deferredMaps },
      );
    const each: MapEachKernel = (program, calls) => {
      for (const { inputs, scalars, output } of calls) map(program, inputs, scalars, output);
    };
    const withoutLast = (): Device => deferring((program, calls) => each(program, calls.slice(0, -1)));
    expect(await failuresOf(withoutLast, 'map')).toEqual(['add to several']);
    expect(await failuresOf(() => deferring(each), 'map')).toEqual([]);
  });
});
