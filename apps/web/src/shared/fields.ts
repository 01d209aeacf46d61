import { find } from './dom.ts';

/** An input for a whole number; what cannot be one becomes the nearest that can. */
export function wholeNumber(
  selector: string,
  low: number,
  high: number,
): { readonly input: HTMLInputElement; readonly value: number } {
  const input = find(selector, HTMLInputElement);
  input.min = String(low);
  input.max = String(high);
  const read = (): number => nearest(input.value, low, high, Number(input.defaultValue));
  input.addEventListener('change', () => {
    input.value = String(read());
  });
  return {
    input,
    get value() {
      return read();
    },
  };
}

/** The whole number from `low` to `high` that is nearest to what a text says; `otherwise` where it says none. */
export function nearest(text: string, low: number, high: number, otherwise: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? otherwise : Math.min(high, Math.max(low, Math.round(value)));
}
