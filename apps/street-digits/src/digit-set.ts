import type { CanvasFactory } from './data/canvas.ts';
import { pictureSide } from './data/picture.ts';
import { type DigitImages, syntheticDigits } from './data/synthetic.ts';

const pictureSize = 3 * pictureSide * pictureSide;

/** A picture and what it shows. */
export interface Digit {
  /** Shape (3, 32, 32), uint8. */
  readonly picture: Uint8Array;
  /** 0 … 9. */
  readonly label: number;
}

/** Digit pictures by number. */
export interface DigitSet {
  readonly size: number;
  /** Picture `index` as it is in epoch `epoch`: sets drawn on the spot show others in every epoch. */
  read(index: number, epoch: number): Digit;
}

/** Pictures in memory: all of them, or those at some positions. */
export function storedDigits({ images, labels }: DigitImages, positions?: Int32Array): DigitSet {
  return {
    size: positions?.length ?? labels.length,
    read: (index) => {
      const at = positions ? positions[index]! : index;
      return { picture: images.subarray(at * pictureSize, (at + 1) * pictureSize), label: labels[at]! };
    },
  };
}

/** Pictures of the embedded set, drawn when they are read, others in every epoch. */
export function drawnDigits(seed: number, size: number, canvas: CanvasFactory): DigitSet {
  return {
    size,
    read: (index, epoch) => {
      const { images, labels } = syntheticDigits({ seed, start: epoch * size + index, count: 1, canvas });
      return { picture: images, label: labels[0]! };
    },
  };
}

/** The first `count` of a set, or all of them. */
export function firstDigits(set: DigitSet, count: number): DigitSet {
  return { size: Math.min(count, set.size), read: (index, epoch) => set.read(index, epoch) };
}
