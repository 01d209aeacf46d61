/** Digit pictures, without the network that learns them: what works in a page as it does in Node. */
export type { Square } from './data/crop.ts';
export { cropToDigit } from './data/crop.ts';
export { digitFonts, fontFamily, fontFile } from './data/fonts.ts';
export { pictureSide } from './data/picture.ts';
