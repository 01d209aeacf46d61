import { panelScratch } from './panel-product.ts';

/** Output pixels per side of a tile. */
export const TILE_SIZE = 4;

/** Products per tile: a 6 × 6 spectrum. */
export const SPECTRUM = 36;

// F(4 × 4, 3 × 3) of Lavin and Gray (arXiv:1509.09308): tile and filter are polynomials, multiplied by their values
// at 0, 1, −1, 2, −2 and infinity. The names B, G and A are the paper's.
const { rowPanels, columnPanels, productBlock } = panelScratch();
const half = new Float64Array(SPECTRUM);

/** Writes `Bᵀ d B` of the 6 × 6 pixels at `at` to `columnPanels[to + f · stride]`. */
export function spreadInput(
  plane: Float64Array,
  at: number,
  pitch: number,
  to: number,
  stride: number,
): void {
  for (let x = 0; x < 6; x++) multiplyBt(plane, at + x, pitch, half, x, 6);
  for (let y = 0; y < 36; y += 6) multiplyBt(half, y, 1, columnPanels, to + y * stride, stride);
}

/** Writes `A g Aᵀ` of the 4 × 4 output gradients at `at` to `rowPanels[to + f · stride]`. */
export function spreadGradient(
  plane: Float64Array,
  at: number,
  pitch: number,
  to: number,
  stride: number,
): void {
  for (let x = 0; x < 4; x++) multiplyA(plane, at + x, pitch, half, x, 6);
  for (let y = 0; y < 36; y += 6) multiplyA(half, y, 1, rowPanels, to + y * stride, stride);
}

/** Writes `G g Gᵀ` of the 3 × 3 filter to `rowPanels[to + f · stride]`. */
export function spreadFilter(filter: Float64Array, to: number, stride: number): void {
  for (let x = 0; x < 3; x++) multiplyG(filter, x, 3, half, x, 6);
  for (let y = 0; y < 36; y += 6) multiplyG(half, y, 1, rowPanels, to + y * stride, stride);
}

/** Computes `Aᵀ m A`, the 4 × 4 outputs of a tile, row by row, from `productBlock[at + f · stride]`. */
export function gatherOutput(at: number, stride: number, tile: Float64Array): void {
  for (let x = 0; x < 6; x++) multiplyAt(productBlock, at + x * stride, 6 * stride, half, x, 6);
  for (let y = 0; y < 4; y++) multiplyAt(half, 6 * y, 1, tile, 4 * y, 1);
}

/** Computes `Gᵀ m G`, the 3 × 3 gradient of a filter, row by row, from `productBlock[at + f · stride]`. */
export function gatherFilter(at: number, stride: number, filter: Float64Array): void {
  for (let x = 0; x < 6; x++) multiplyGt(productBlock, at + x * stride, 6 * stride, half, x, 6);
  for (let y = 0; y < 3; y++) multiplyGt(half, 6 * y, 1, filter, 3 * y, 1);
}

/** `t = Bᵀ s`: from 6 pixels to 6 values. */
function multiplyBt(
  source: Float64Array,
  from: number,
  step: number,
  target: Float64Array,
  to: number,
  stride: number,
): void {
  const s0 = source[from];
  const s1 = source[(from + step) | 0];
  const s2 = source[(from + 2 * step) | 0];
  const s3 = source[(from + 3 * step) | 0];
  const s4 = source[(from + 4 * step) | 0];
  const s5 = source[(from + 5 * step) | 0];
  const even1 = s4 - 4 * s2;
  const odd1 = s3 - 4 * s1;
  const even2 = s4 - s2;
  const odd2 = 2 * (s3 - s1);
  target[to] = 4 * s0 - 5 * s2 + s4;
  target[(to + stride) | 0] = even1 + odd1;
  target[(to + 2 * stride) | 0] = even1 - odd1;
  target[(to + 3 * stride) | 0] = even2 + odd2;
  target[(to + 4 * stride) | 0] = even2 - odd2;
  target[(to + 5 * stride) | 0] = 4 * s1 - 5 * s3 + s5;
}

/** `t = A s`: from the 4 gradients of a tile's outputs to 6 values. */
function multiplyA(
  source: Float64Array,
  from: number,
  step: number,
  target: Float64Array,
  to: number,
  stride: number,
): void {
  const s0 = source[from];
  const s1 = source[(from + step) | 0];
  const s2 = source[(from + 2 * step) | 0];
  const s3 = source[(from + 3 * step) | 0];
  const even1 = s0 + s2;
  const odd1 = s1 + s3;
  const even2 = s0 + 4 * s2;
  const odd2 = 2 * s1 + 8 * s3;
  target[to] = s0;
  target[(to + stride) | 0] = even1 + odd1;
  target[(to + 2 * stride) | 0] = even1 - odd1;
  target[(to + 3 * stride) | 0] = even2 + odd2;
  target[(to + 4 * stride) | 0] = even2 - odd2;
  target[(to + 5 * stride) | 0] = s3;
}

/** `t = G s`: from 3 filter taps to 6 values. */
function multiplyG(
  source: Float64Array,
  from: number,
  step: number,
  target: Float64Array,
  to: number,
  stride: number,
): void {
  const s0 = source[from];
  const s1 = source[(from + step) | 0];
  const s2 = source[(from + 2 * step) | 0];
  const even1 = (s0 + s2) / 6;
  const odd1 = s1 / 6;
  const even2 = s0 / 24 + s2 / 6;
  const odd2 = s1 / 12;
  target[to] = s0 / 4;
  target[(to + stride) | 0] = -even1 - odd1;
  target[(to + 2 * stride) | 0] = odd1 - even1;
  target[(to + 3 * stride) | 0] = even2 + odd2;
  target[(to + 4 * stride) | 0] = even2 - odd2;
  target[(to + 5 * stride) | 0] = s2;
}

/** `t = Aᵀ s`: from 6 products to 4 outputs. */
function multiplyAt(
  source: Float64Array,
  from: number,
  step: number,
  target: Float64Array,
  to: number,
  stride: number,
): void {
  const s1 = source[(from + step) | 0];
  const s2 = source[(from + 2 * step) | 0];
  const s3 = source[(from + 3 * step) | 0];
  const s4 = source[(from + 4 * step) | 0];
  const even1 = s1 + s2;
  const odd1 = s1 - s2;
  const even2 = s3 + s4;
  const odd2 = s3 - s4;
  target[to] = source[from] + even1 + even2;
  target[(to + stride) | 0] = odd1 + 2 * odd2;
  target[(to + 2 * stride) | 0] = even1 + 4 * even2;
  target[(to + 3 * stride) | 0] = odd1 + 8 * odd2 + source[(from + 5 * step) | 0];
}

/** `t = Gᵀ s`: from 6 products to the gradients of 3 filter taps. */
function multiplyGt(
  source: Float64Array,
  from: number,
  step: number,
  target: Float64Array,
  to: number,
  stride: number,
): void {
  const s1 = source[(from + step) | 0];
  const s2 = source[(from + 2 * step) | 0];
  const s3 = source[(from + 3 * step) | 0];
  const s4 = source[(from + 4 * step) | 0];
  const even1 = (s1 + s2) / 6;
  const even2 = s3 + s4;
  target[to] = source[from] / 4 - even1 + even2 / 24;
  target[(to + stride) | 0] = (s2 - s1) / 6 + (s3 - s4) / 12;
  target[(to + 2 * stride) | 0] = even2 / 6 - even1 + source[(from + 5 * step) | 0];
}
