import { randomLight, randomPaint } from './paint.ts';
import { pictureSide } from './picture.ts';
import type { RandomStream } from './random-stream.ts';

const plane = pictureSide * pictureSide;

/**
 * Turns the coverage of a scene into a photograph of it: colours, light, grain, blur and sharpening of a street camera.
 */
export class Photographer {
  // Luma, red − luma and blue − luma: colour is blurred more than light, as JPEG does.
  private readonly luma = new Float32Array(plane);
  private readonly redness = new Float32Array(plane);
  private readonly blueness = new Float32Array(plane);
  private readonly scratch = new Float32Array(plane);
  private readonly texture = new Float32Array(plane);

  /**
   * @param stream - decides on colours, light and camera.
   * @param coverage - planes digits, shadow, second ground; each 32 × 32 in [0, 1].
   * @param out - receives the picture, (3, 32, 32), uint8.
   * @param offset - where in `out`.
   */
  develop(stream: RandomStream, coverage: Float32Array, out: Uint8Array, offset: number): void {
    this.light(stream, coverage);
    this.expose(stream);
    const { luma, redness, blueness } = this;
    const fine = stream.logNormal(1, 0.6);
    for (let i = 0; i < plane; i++) {
      const y = luma[i]! + fine * stream.grain();
      const red = y + redness[i]!;
      const blue = y + blueness[i]!;
      out[offset + i] = toByte(red);
      out[offset + plane + i] = toByte((y - 0.299 * red - 0.114 * blue) / 0.587);
      out[offset + 2 * plane + i] = toByte(blue);
    }
  }

  private light(stream: RandomStream, coverage: Float32Array): void {
    const { luma, redness, blueness, texture } = this;
    const { ground, second, shadow, ink, secondAlpha, shadowAlpha, inkAlpha, sheen } = randomPaint(stream);
    const lightAt = randomLight(stream);
    // The camera's white balance is never quite right.
    const redGain = stream.normal(1, 0.06);
    const blueGain = stream.normal(1.04, 0.08);
    const grain = stream.logNormal(4.5, 0.6);
    const stain = stream.logNormal(2.5, 0.7);
    this.roughen(stream);
    for (let row = 0, i = 0; row < pictureSide; row++) {
      const v = (2 * row + 1) / pictureSide - 1;
      for (let column = 0; column < pictureSide; column++, i++) {
        const inkShare = coverage[i]! * inkAlpha;
        const shadowShare = (1 - inkShare) * coverage[plane + i]! * shadowAlpha;
        const rest = 1 - inkShare - shadowShare;
        const secondShare = rest * coverage[2 * plane + i]! * secondAlpha;
        const groundShare = rest - secondShare;
        const light = lightAt((2 * column + 1) / pictureSide - 1, v);
        const g = groundShare * light;
        const s = secondShare * light;
        const d = shadowShare * light;
        const k = inkShare * (1 + sheen * v) * light;
        const rough = texture[i]! * (1 - 0.7 * inkShare) * light;
        const red = redGain * (g * ground[0] + s * second[0] + d * shadow[0] + k * ink[0] + rough);
        const green = g * ground[1] + s * second[1] + d * shadow[1] + k * ink[1] + rough;
        const blue = blueGain * (g * ground[2] + s * second[2] + d * shadow[2] + k * ink[2] + rough);
        const y = 0.299 * red + 0.587 * green + 0.114 * blue;
        luma[i] = y + grain * stream.grain();
        redness[i] = red - y + stain * stream.grain();
        blueness[i] = blue - y + stain * stream.grain();
      }
    }
  }

  // Stains and uneven paint: smooth noise of one of several scales, drawn out along one axis at times (wood).
  private roughen(stream: RandomStream): void {
    const { texture } = this;
    const strength = stream.logNormal(5, 0.75);
    const cellsX = stream.pick([3, 4, 6, 9]);
    const cellsY = stream.pick([3, 4, 6, 9]);
    const width = cellsX + 1;
    const knots: number[] = [];
    for (let i = 0; i < width * (cellsY + 1); i++) knots.push(strength * stream.grain());
    for (let row = 0; row < pictureSide; row++) {
      const y = (row * cellsY) / pictureSide;
      const top = Math.floor(y);
      const fy = smooth(y - top);
      for (let column = 0; column < pictureSide; column++) {
        const x = (column * cellsX) / pictureSide;
        const left = Math.floor(x);
        const fx = smooth(x - left);
        const at = top * width + left;
        const upper = knots[at]! + fx * (knots[at + 1]! - knots[at]!);
        const lower = knots[at + width]! + fx * (knots[at + width + 1]! - knots[at + width]!);
        texture[row * pictureSide + column] = upper + fy * (lower - upper);
      }
    }
  }

  private expose(stream: RandomStream): void {
    const { luma, redness, blueness, scratch } = this;
    const blur = stream.logNormal(1.05, 0.4, 0.35, 2.3);
    const shake = stream.chance(0.3) ? stream.range(1, 1.8) : 1;
    const sideways = stream.chance(0.6);
    const blurX = sideways ? blur * shake : blur;
    const blurY = sideways ? blur : blur * shake;
    gaussianBlur(luma, scratch, blurX, blurY);
    const bleed = stream.range(0.6, 2);
    gaussianBlur(redness, scratch, blurX + bleed, blurY + bleed);
    gaussianBlur(blueness, scratch, blurX + bleed, blurY + bleed);
    if (stream.chance(0.5)) {
      const amount = stream.range(0.2, 1.2);
      scratch.set(luma);
      gaussianBlur(scratch, this.texture, 1.3, 1.3);
      for (let i = 0; i < plane; i++) luma[i] = luma[i]! + amount * (luma[i]! - scratch[i]!);
    }
  }
}

/** Blurs a 32 × 32 plane in place by a Gaussian of the given deviations (pixels); edges are continued. */
export function gaussianBlur(
  image: Float32Array,
  scratch: Float32Array,
  sigmaX: number,
  sigmaY: number,
): void {
  blurRows(image, scratch, gaussian(sigmaX));
  blurRows(scratch, image, gaussian(sigmaY));
}

// Each row, continued at both ends, so that the loop over taps needs no test.
const paddedRow = new Float32Array(3 * pictureSide);

// Writes the result transposed: two calls blur both ways and turn the picture back.
function blurRows(from: Float32Array, to: Float32Array, kernel: Float32Array): void {
  const radius = kernel.length - 1;
  const side = pictureSide;
  for (let row = 0; row < side; row++) {
    const start = row * side;
    paddedRow.fill(from[start]!, side - radius, side);
    for (let i = 0; i < side; i++) paddedRow[side + i] = from[start + i]!;
    paddedRow.fill(from[start + side - 1]!, 2 * side, 2 * side + radius);
    for (let i = 0; i < side; i++) {
      const at = side + i;
      let sum = kernel[0]! * paddedRow[at]!;
      for (let r = 1; r <= radius; r++) sum += kernel[r]! * (paddedRow[at - r]! + paddedRow[at + r]!);
      to[i * side + row] = sum;
    }
  }
}

// Half of a normalised Gaussian, its middle first.
function gaussian(sigma: number): Float32Array {
  const radius = Math.max(1, Math.ceil(2.5 * sigma));
  const kernel = new Float32Array(radius + 1);
  let total = 0;
  for (let r = 0; r <= radius; r++) {
    kernel[r] = Math.exp(-(r * r) / (2 * sigma * sigma));
    total += (r === 0 ? 1 : 2) * kernel[r]!;
  }
  for (let r = 0; r <= radius; r++) kernel[r] = kernel[r]! / total;
  return kernel;
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function toByte(x: number): number {
  return x <= 0 ? 0 : x >= 255 ? 255 : Math.round(x);
}
