import type { OutputMap } from '../output-map.ts';
import type { Correlation, Correlator, Tap } from './correlation.ts';
import type { Geometry } from './geometry.ts';
import { densePlanes } from './geometry.ts';

/** The places of a filter, and which pixels of the input they see from a window's start. */
export function windowTaps({ R, S, padding, dilation }: Geometry): Tap[] {
  return grid(R, S).map(([r, s]) => ({
    y: r * dilation[0] - padding[0],
    x: s * dilation[1] - padding[1],
    filter: 4 * (r * S + s),
  }));
}

const grid = (rows: number, columns: number): [number, number][] =>
  Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns]);

/** y = x * w + bias: any filter, stride, dilation and groups. Arguments are addresses. */
export function convolve(
  correlator: Correlator,
  g: Geometry,
  x: number,
  w: number,
  bias: number | null,
  y: number,
  map: OutputMap | null,
): void {
  const { N, C, H, W, K, R, S, OH, OW, groups } = g;
  const target = densePlanes(y, K, OH, OW);
  const filter = 4 * R * S;
  const channels = C / groups;
  correlator.run(
    {
      images: N,
      groups,
      channels,
      rows: K / groups,
      source: densePlanes(x, C, H, W),
      bias: bias === null ? null : { address: bias },
      map,
    },
    [
      {
        taps: windowTaps(g),
        step: g.stride,
        filters: {
          address: w,
          group: (K / groups) * channels * filter,
          row: channels * filter,
          channel: filter,
        },
        target: { ...target, row: 4 * OW, column: 4 },
      },
    ],
  );
}

/**
 * The gradient of x: every pixel gathers from the output's gradient by the taps that have seen it. With a stride those
 * depend on the pixel's place modulo the stride, so there is one correlation for each such place, and no map.
 */
export function convolveBack(
  correlator: Correlator,
  g: Geometry,
  dy: number,
  w: number,
  dx: number,
  map: OutputMap | null,
): void {
  const { N, C, K, R, S, OH, OW, groups, stride } = g;
  const filter = 4 * R * S;
  const [rows, channels] = [C / groups, K / groups];
  const correlations = grid(...stride).flatMap(([a, b]) => {
    const correlation = placesOf(g, a, b, dx);
    return correlation ? [correlation] : [];
  });
  const filters = { address: w, group: channels * rows * filter, row: filter, channel: rows * filter };
  correlator.run(
    { images: N, groups, channels, rows, source: densePlanes(dy, K, OH, OW), bias: null, map },
    correlations.map((correlation) => ({ ...correlation, filters })),
  );
}

/** What the pixels at one place modulo the stride gather; null where there are none. */
function placesOf(
  { C, H, W, R, S, stride, padding, dilation }: Geometry,
  a: number,
  b: number,
  dx: number,
): Omit<Correlation, 'filters'> | null {
  const [height, width] = [Math.ceil((H - a) / stride[0]), Math.ceil((W - b) / stride[1])];
  if (height <= 0 || width <= 0) return null;
  const taps = grid(R, S).flatMap(([r, s]): Tap[] => {
    const y = (a + padding[0] - r * dilation[0]) / stride[0];
    const x = (b + padding[1] - s * dilation[1]) / stride[1];
    return Number.isInteger(y) && Number.isInteger(x) ? [{ y, x, filter: 4 * (r * S + s) }] : [];
  });
  const whole = densePlanes(dx + 4 * (a * W + b), C, H, W);
  const target = { ...whole, height, width, row: 4 * stride[0] * W, column: 4 * stride[1] };
  return { taps, step: [1, 1], target };
}
