import type { DigitFont } from './fonts.ts';
import type { RandomStream } from './random-stream.ts';

/** What stands before the camera; lengths are in frames (1 = the side of the 32×32 picture), places from its centre. */
export interface Scene {
  /** The number on the wall, and which of its digits is framed. */
  readonly text: string;
  readonly place: number;
  readonly font: DigitFont;
  /** Height of the framed digit's ink, and its horizontal stretch. */
  readonly height: number;
  readonly stretch: number;
  /** Centre of the framed digit's ink. */
  readonly x: number;
  readonly y: number;
  /** Space between digits in ems, and how far each digit stands below the one before. */
  readonly tracking: number;
  readonly step: number;
  readonly stacked: boolean;
  /** Thickness that is painted around the strokes; the strokes themselves are left out of hollow digits. */
  readonly weight: number;
  readonly hollow: boolean;
  /** Shadow or contour: the digits again, moved and thickened, under themselves. */
  readonly shadow: { readonly x: number; readonly y: number; readonly width: number } | null;
  readonly ground: Ground;
  readonly edges: readonly Edge[];
  /** Corners of the view in frames: top left, top right, bottom right, bottom left. */
  readonly view: readonly [number, number, number, number, number, number, number, number];
}

/** What the number is fixed to. Sizes and places in frames. */
export type Ground =
  | { readonly kind: 'wall' }
  | {
      readonly kind: 'plate';
      readonly padX: number;
      readonly padY: number;
      readonly oval: boolean;
      readonly rim: number;
    }
  | {
      readonly kind: 'siding';
      readonly pitch: number;
      readonly phase: number;
      readonly line: number;
      readonly upright: boolean;
    }
  | { readonly kind: 'bricks'; readonly pitch: number; readonly phase: number; readonly line: number };

/** A straight thing beside the number (a door frame, a gutter): on side 0 right, 1 below, 2 left, 3 above. */
export interface Edge {
  readonly side: number;
  readonly at: number;
  readonly width: number;
}

/** Draws a scene at random, with the given digit in the frame. */
export function randomScene(stream: RandomStream, digit: number, fonts: readonly DigitFont[]): Scene {
  const length = numberLength(stream.uniform());
  const place = stream.integer(length);
  let text = '';
  for (let i = 0; i < length; i++) text += i === place ? digit : neighbour(stream);

  const slant = stream.normal(0, 0.09);
  const height = stream.normalWithin(0.7, 0.12, 0.4, 1);
  return {
    text,
    place,
    font: pickFont(stream, fonts),
    height,
    stretch: stream.logNormal(1, 0.18),
    x: stream.normal(0, 0.04),
    y: stream.normal(0, 0.035),
    tracking: stream.normalWithin(0.02, 0.07, -0.08, 0.3),
    step: stream.chance(0.15) ? stream.normal(0, 0.12) : 0,
    stacked: stream.chance(0.02),
    weight: stream.chance(0.3) ? stream.range(0, 0.07) : 0,
    hollow: stream.chance(0.02),
    shadow: stream.chance(0.4) ? randomShadow(stream) : null,
    ground: randomGround(stream),
    edges: randomEdges(stream),
    view: randomView(stream, slant),
  };
}

// Shares of digits by the length of their number, as SVHN has them.
function numberLength(u: number): number {
  return u < 0.1 ? 1 : u < 0.7 ? 2 : u < 0.96 ? 3 : 4;
}

// Low digits are commoner in house numbers; the framed digit itself is drawn uniformly.
function neighbour(stream: RandomStream): number {
  return stream.chance(0.35) ? 1 + stream.integer(3) : stream.integer(10);
}

function pickFont(stream: RandomStream, fonts: readonly DigitFont[]): DigitFont {
  let total = 0;
  for (const font of fonts) total += font.share;
  let left = stream.uniform() * total;
  for (const font of fonts) {
    left -= font.share;
    if (left < 0) return font;
  }
  return fonts[fonts.length - 1]!;
}

function randomShadow(stream: RandomStream): { x: number; y: number; width: number } {
  if (stream.chance(0.25)) return { x: 0, y: 0, width: stream.range(0.03, 0.12) };
  return { x: stream.normal(0, 0.04), y: stream.normal(0.02, 0.035), width: stream.range(0, 0.03) };
}

function randomGround(stream: RandomStream): Ground {
  const u = stream.uniform();
  if (u < 0.3) {
    return {
      kind: 'plate',
      padX: stream.range(0.02, 0.3),
      padY: stream.range(0.02, 0.25),
      oval: stream.chance(0.2),
      rim: stream.chance(0.4) ? stream.range(0.015, 0.05) : 0,
    };
  }
  if (u < 0.4) {
    return {
      kind: 'siding',
      pitch: stream.range(0.2, 1),
      phase: stream.uniform(),
      line: stream.range(0.02, 0.1),
      upright: stream.chance(0.4),
    };
  }
  if (u < 0.46) {
    return {
      kind: 'bricks',
      pitch: stream.range(0.25, 0.6),
      phase: stream.uniform(),
      line: stream.range(0.03, 0.08),
    };
  }
  return { kind: 'wall' };
}

function randomEdges(stream: RandomStream): Edge[] {
  const edges: Edge[] = [];
  while (edges.length < 3 && stream.chance(0.25)) {
    edges.push({ side: stream.integer(4), at: stream.range(0.34, 0.6), width: stream.range(0.03, 0.4) });
  }
  return edges;
}

function randomView(stream: RandomStream, slant: number): Scene['view'] {
  const turn = stream.normal(0, 0.055);
  const cos = Math.cos(turn) * 0.5;
  const sin = Math.sin(turn) * 0.5;
  const lift = stream.normal(0, 0.06);
  const corner = (sx: number, sy: number): [number, number] => [
    sx * cos - sy * sin + sy * 0.5 * slant + stream.normal(0, 0.025),
    sy * cos + sx * sin + sx * 0.5 * lift + stream.normal(0, 0.025),
  ];
  return [...corner(-1, -1), ...corner(1, -1), ...corner(1, 1), ...corner(-1, 1)];
}
