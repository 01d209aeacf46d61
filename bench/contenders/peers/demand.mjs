// What the peers' parts share: operands that alternate.

/** Two of something, in turn. */
export function alternating(make) {
  const [even, odd] = [make(), make()];
  return (turn) => (turn % 2 === 0 ? even : odd);
}
