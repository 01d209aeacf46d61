import { DataLoader, type Dataset, fromTyped, type Tensor } from 'flambeau';
import { augment } from './augment.ts';
import { pictureSide } from './data/picture.ts';
import { RandomStream } from './data/random-stream.ts';
import type { DigitSet } from './digit-set.ts';

const pictureSize = 3 * pictureSide * pictureSide;
// Apart from the streams that pictures are drawn and split by, whose seeds stay below 2³².
const augmentationSeeds = 2 ** 40;

/** Batches of an epoch in random order: pictures of shape (N, 3, 32, 32), float32, and labels of shape (N), int32. */
export function trainingBatches(
  set: DigitSet,
  epoch: number,
  { seed, batchSize }: { readonly seed: number; readonly batchSize: number },
): DataLoader<[Tensor, Tensor]> {
  return new DataLoader(augmented(set, epoch, seed), { batchSize, shuffle: true });
}

/** Pictures augmented by (seed, epoch, position) alone, so that an epoch can be repeated. */
function augmented(set: DigitSet, epoch: number, seed: number): Dataset<[Tensor, Tensor]> {
  const batch = (indices: readonly number[]): [Tensor, Tensor] => {
    const pixels = new Float32Array(indices.length * pictureSize);
    const labels = new Int32Array(indices.length);
    indices.forEach((index, i) => {
      const { picture, label } = set.read(index, epoch);
      const stream = new RandomStream(augmentationSeeds + seed, epoch * 2 ** 32 + index);
      augment(picture, stream, pixels, i * pictureSize);
      labels[i] = label;
    });
    return [
      fromTyped(pixels, [indices.length, 3, pictureSide, pictureSide]),
      fromTyped(labels, [indices.length]),
    ];
  };
  return {
    length: set.size,
    batch,
    get: (index) => {
      const [pictures, labels] = batch([index]);
      return [pictures.select(0, 0), labels.select(0, 0)];
    },
  };
}
