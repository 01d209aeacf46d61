import { argumentWords } from '../loops/words.ts';

/** Addresses, and sizes in elements, of (images, channels, plane). */
export const STATISTICS_ARGUMENTS = argumentWords('x', 'mean', 'variance', 'images', 'channels', 'plane');

/** The same for the gradient. */
export const GRADIENT_ARGUMENTS = argumentWords(
  'g',
  'x',
  'mean',
  'rstd',
  'weight',
  'dx',
  'dweight',
  'dbias',
  'images',
  'channels',
  'plane',
);

/** Channels of a unit of work where planes have one element. */
export const STRIP = 16;
