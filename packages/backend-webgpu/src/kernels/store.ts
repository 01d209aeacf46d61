/**
 * The text of `fn store(at: i32, value: f32)`, by which a kernel writes its results: `at` counts the elements of the output.
 *
 * @param offset - the text of the output's offset in its buffer.
 */
export const storeText = (offset: string): string =>
  `fn store(at: i32, value: f32) { out[${offset} + at] = value; }`;
