/**
 * Functions for sums that remember what rounding loses: `lostBy(a, b, total)` with total = a + b (D. Knuth's two-sum), and
 * `sumOf(total, rest)`. WGSL lets compilers reorder sums, which would make every loss 0, and some do; so parts are passed
 * through a word that is 0 at run time.
 *
 * @param zero - the place of a parameter that is 0.
 */
export function roundingText(zero: number): string {
  return `
fn hidden(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ bitcast<u32>(param(${zero}u))); }
fn lostBy(a: f32, b: f32, total: f32) -> f32 {
  let sum = hidden(total);
  let back = hidden(sum - a);
  return (a - hidden(sum - back)) + (b - back);
}
fn sumOf(total: f32, rest: f32) -> f32 {
  // What is lost means nothing where the sum is not finite.
  return select(total + rest, total, (bitcast<u32>(total) & 0x7f800000u) == 0x7f800000u);
}`;
}
