import type { RandomStream } from './random-stream.ts';

/** Red, green and blue, about 0 … 255. */
export type Color = readonly [number, number, number];

/** The colours of a scene, and how much of each shows where it lies. */
export interface Paint {
  readonly ground: Color;
  readonly second: Color;
  readonly shadow: Color;
  readonly ink: Color;
  readonly secondAlpha: number;
  readonly shadowAlpha: number;
  readonly inkAlpha: number;
  /** How much lighter the digits are below than above, as metal is; a share of their lightness. */
  readonly sheen: number;
}

/** Draws colours at random, as on house numbers: mostly greys, browns and blues, of either polarity, often pale. */
export function randomPaint(stream: RandomStream): Paint {
  const contrast = stream.logNormal(70, 0.5, 26, 220);
  const polarity = stream.chance(0.5) ? 1 : -1;
  const middle = stream.normalWithin(117, 46, contrast / 2 + 8, 250 - contrast / 2);
  const groundLuma = middle - (polarity * contrast) / 2;
  const inkLuma = middle + (polarity * contrast) / 2;
  const hue = stream.uniform();
  // A second ground near the digits' own lightness would hide them: it mostly stays on the ground's side.
  const secondLuma = stream.chance(0.93)
    ? groundLuma + stream.normal(-5, 32) - polarity * stream.range(0, 30)
    : stream.range(5, 250);
  const shadowLuma = stream.chance(0.8)
    ? groundLuma * stream.range(0.25, 0.85)
    : groundLuma + (255 - groundLuma) * stream.range(0.2, 0.7);
  return {
    ground: groundColor(stream, groundLuma, hue),
    second: groundColor(stream, clamp(secondLuma, 2, 253), stream.uniform()),
    shadow: tint(shadowLuma, hue, 0.05),
    ink: inkColor(stream, inkLuma, hue),
    secondAlpha: stream.range(0.5, 1),
    shadowAlpha: stream.range(0.3, 0.95),
    inkAlpha: stream.range(0.85, 1),
    sheen: stream.normal(0, 0.12),
  };
}

/**
 * Draws light at random: it falls off evenly over the picture, and at times a cast shadow lies over a part.
 *
 * @returns the share of light at (u, v), both in [-1, 1] from left to right and from above to below.
 */
export function randomLight(stream: RandomStream): (u: number, v: number) => number {
  const slopeU = stream.normal(0, 0.16);
  const slopeV = stream.normal(0, 0.16);
  const shade = stream.chance(0.1) ? stream.range(0.45, 0.85) : 1;
  const angle = stream.range(0, 2 * Math.PI);
  const acrossU = Math.cos(angle);
  const acrossV = Math.sin(angle);
  const edge = stream.range(-0.8, 0.8);
  const softness = stream.range(0.06, 0.6);
  return (u, v) => {
    const light = 1 + slopeU * u + slopeV * v;
    if (shade === 1) return light;
    const outside = clamp(0.5 + (u * acrossU + v * acrossV - edge) / softness, 0, 1);
    return light * (shade + (1 - shade) * outside);
  };
}

const red = 0;
const brass = 0.11;
const brown = 0.08;
const blue = 0.62;

function groundColor(stream: RandomStream, luma: number, hue: number): Color {
  const u = stream.uniform();
  if (u < 0.6) return tint(luma, stream.pick([brown, blue]), stream.range(0, 0.18));
  if (u < 0.88) return tint(luma, stream.normal(brown, 0.04), stream.range(0.05, 0.45));
  return tint(luma, hue, stream.range(0.1, 0.7));
}

function inkColor(stream: RandomStream, luma: number, hue: number): Color {
  const u = stream.uniform();
  if (u < 0.65) return tint(luma, stream.pick([brown, blue]), stream.range(0, 0.15));
  if (u < 0.78) return tint(luma, stream.normal(brass, 0.02), stream.range(0.1, 0.5));
  if (u < 0.93) return tint(luma, stream.normal(blue, 0.03), stream.range(0.1, 0.6));
  if (u < 0.96) return tint(luma, red, stream.range(0.3, 0.8));
  return tint(luma, hue + stream.normal(0, 0.1), stream.range(0.1, 0.8));
}

// A colour of the given luma, hue (in turns, from red over green to blue) and saturation in [0, 1].
function tint(luma: number, hue: number, saturation: number): Color {
  const turn = (hue - Math.floor(hue)) * 6;
  const r = 1 - saturation * (1 - clamp(Math.abs(turn - 3) - 1, 0, 1));
  const g = 1 - saturation * (1 - clamp(2 - Math.abs(turn - 2), 0, 1));
  const b = 1 - saturation * (1 - clamp(2 - Math.abs(turn - 4), 0, 1));
  const scale = luma / (0.299 * r + 0.587 * g + 0.114 * b);
  return [Math.min(255, r * scale), Math.min(255, g * scale), Math.min(255, b * scale)];
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}
