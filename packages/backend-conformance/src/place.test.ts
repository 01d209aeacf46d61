import { cpu } from '@flambeau/backend-cpu';
import { describe, expect, test } from 'vitest';
import { drawValues } from './draw.ts';
import { placeTensor } from './place.ts';
import { type Layout, t } from './samples/spec.ts';

const layouts: readonly Layout[] = ['contiguous', 'transposed', 'expanded', 'stepped', 'flipped', 'offset'];
const shapes = [[], [1], [5], [3, 4], [2, 3, 4], [0, 3], [2, 0]];

describe('a tensor in a layout', () => {
  test.each(layouts)('%s: has the same values in row-major order, whatever its shape', async (layout) => {
    for (const shape of shapes) {
      const values = drawValues(t(shape, { layout }), 'float32', 1);
      const x = placeTensor(values, shape, 'float32', layout, cpu());
      expect(x.shape).toEqual(shape);
      expect(await x.data()).toEqual(values);
    }
  });

  test('really lies in memory as its name says', () => {
    const place = (layout: Layout) => {
      const { strides, offset } = placeTensor(
        drawValues(t([3, 4], { layout }), 'int32', 0),
        [3, 4],
        'int32',
        layout,
        cpu(),
      );
      return { strides, offset };
    };
    expect(place('contiguous')).toEqual({ strides: [4, 1], offset: 0 });
    expect(place('transposed')).toEqual({ strides: [1, 3], offset: 0 });
    expect(place('expanded').strides[0]).toBe(0);
    expect(place('stepped')).toEqual({ strides: [8, 2], offset: 1 });
    expect(place('flipped')).toEqual({ strides: [4, -1], offset: 3 });
    expect(place('offset')).toEqual({ strides: [4, 1], offset: 3 });
  });
});

test('drawn values stay within their bounds and dtype, and differ from tensor to tensor', () => {
  const spec = t([200], { low: 0.5, high: 3 });
  const floats = drawValues(spec, 'float64', 0);
  expect(floats.every((value) => value >= 0.5 && value < 3 && value === Math.fround(value))).toBe(true);
  expect(new Set(floats).size).toBeGreaterThan(190);
  expect(new Set(drawValues(spec, 'int32', 0))).toEqual(new Set([1, 2, 3]));
  expect(new Set(drawValues(spec, 'bool', 0))).toEqual(new Set([0, 1]));
  expect(drawValues(spec, 'float64', 1)).not.toEqual(floats);
});
