/** A number in three digits: 0.0123, 1.23, 12.3, 1,234. */
export function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}

/** A share as a percentage: 93.4 %. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** How often something happens: 12 /s, 0.4 /s; nothing where it is not known yet. */
export function perSecond(rate: number): string {
  if (rate <= 0) return '–';
  return `${rate >= 10 ? Math.round(rate).toLocaleString('en') : rate.toFixed(1)} /s`;
}

/** A line as an equation: y = 0.518x − 0.003. */
export function equation({ w, b }: { readonly w: number; readonly b: number }): string {
  const offset = b === 0 ? '' : ` ${b < 0 ? '−' : '+'} ${Math.abs(b).toFixed(3)}`;
  return `y = ${w.toFixed(3).replace('-', '−')}x${offset}`;
}
