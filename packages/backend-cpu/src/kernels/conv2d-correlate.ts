import { correlateDirect, filterGradientDirect } from './conv2d-direct.ts';
import type { FilterView } from './conv2d-geometry.ts';
import { correlateWinograd, filterGradientWinograd, MAX_CHANNELS } from './conv2d-winograd.ts';
import type { NumberArray } from './gemm.ts';
import type { PlaneView, WindowGrid } from './windows.ts';

const MIN_CHANNELS = 2;
const MIN_TILES = 16;

/** Correlates filters with windows: `target[n, m, i, j] = Σ_{c, t} filter[m, c, t] · source[n, c, window (i, j), t] + bias[m]`. */
export function correlate(
  images: number,
  grid: WindowGrid,
  source: PlaneView,
  filter: FilterView,
  target: PlaneView,
  bias: NumberArray | null,
  biasOffset: number,
): void {
  const winograd = suitsWinograd(images, grid, filter) && isFinite32(source.data) && isFinite32(filter.data);
  (winograd ? correlateWinograd : correlateDirect)(images, grid, source, filter, target, bias, biasOffset);
}

/** Gradient of {@link correlate} by its filter: `filter[m, c, t] = Σ_{n, i, j} gradient[n, m, i, j] · source[n, c, window (i, j), t]`. */
export function filterGradient(
  images: number,
  grid: WindowGrid,
  source: PlaneView,
  gradient: PlaneView,
  filter: FilterView,
): void {
  const winograd =
    suitsWinograd(images, grid, filter) && isFinite32(source.data) && isFinite32(gradient.data);
  (winograd ? filterGradientWinograd : filterGradientDirect)(images, grid, source, gradient, filter);
}

/** 3 × 3 at stride 1, at least half of the multiplications saved, and enough tiles to repay the transform of the filters. */
function suitsWinograd(images: number, grid: WindowGrid, filter: FilterView): boolean {
  const { stepY, stepX, tapY, tapX, rows, columns } = grid;
  if (stepY !== 1 || stepX !== 1 || tapY.length !== 9 || tapY[8] - tapY[0] !== 2 || tapX[8] - tapX[0] !== 2)
    return false;
  const tiles = Math.ceil(rows / 4) * Math.ceil(columns / 4);
  const { channels } = filter;
  return (
    channels >= MIN_CHANNELS &&
    channels <= MAX_CHANNELS &&
    images * tiles >= MIN_TILES &&
    8 * tiles <= rows * columns
  );
}

/** Winograd's float64 sums are exact enough for float32 only, and would spread an infinity or NaN over its whole tile. */
function isFinite32(data: NumberArray): boolean {
  if (!(data instanceof Float32Array)) return false;
  for (let i = 0; i < data.length; i = (i + 1) | 0) {
    if (data[i] - data[i] !== 0) return false;
  }
  return true;
}
