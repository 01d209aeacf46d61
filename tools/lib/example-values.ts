// The values that comments in examples name, as in `x.sum(0).toArray(); // [4, 6]`.

/** A value as a comment shows it. Numbers come with what the last shown digit is worth. */
export type Shown =
  | { readonly kind: 'number'; readonly value: number; readonly digit: number }
  | { readonly kind: 'plain'; readonly value: string | boolean | null | undefined }
  | { readonly kind: 'array'; readonly items: readonly Shown[]; readonly open: boolean }
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, Shown> };

const TOKEN =
  /\s*(?:(?<number>-?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|-?Infinity|NaN|0x[\da-f]+)(?![\w.])|(?<word>true|false|null|undefined)\b|(?<text>'[^']*'|"[^"]*")|(?<sign>[[\]{},:…])|(?<key>[A-Za-z_]\w*))/iy;

/**
 * Reads a comment as a value, followed by nothing or by a comma or an opening parenthesis and words.
 *
 * @returns null for prose.
 */
export function parseShown(comment: string): Shown | null {
  let at = 0;
  const next = (): Record<string, string | undefined> | null => {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(comment);
    if (match) at = TOKEN.lastIndex;
    return match?.groups ?? null;
  };
  const peek = (sign: string): boolean => {
    const before = at;
    const found = next()?.['sign'] === sign;
    if (!found) at = before;
    return found;
  };
  const value = (): Shown | null => {
    const token = next();
    if (!token) return null;
    if (token['number'] !== undefined) return numberOf(token['number']);
    if (token['word'] !== undefined) return { kind: 'plain', value: WORDS[token['word']] };
    if (token['text'] !== undefined) return { kind: 'plain', value: token['text'].slice(1, -1) };
    if (token['sign'] === '[') return list();
    return token['sign'] === '{' ? record() : null;
  };
  const list = (): Shown | null => {
    const items: Shown[] = [];
    let open = false;
    while (!peek(']')) {
      if (items.length > 0 && !peek(',')) return null;
      if (peek('…')) {
        open = true;
        if (!peek(']')) return null;
        break;
      }
      const item = value();
      if (!item) return null;
      items.push(item);
    }
    return { kind: 'array', items, open };
  };
  const record = (): Shown | null => {
    const entries = new Map<string, Shown>();
    while (!peek('}')) {
      if (entries.size > 0 && !peek(',')) return null;
      const token = next();
      const key = token?.['key'] ?? token?.['text']?.slice(1, -1);
      const entry = key !== undefined && peek(':') ? value() : null;
      if (key === undefined || !entry) return null;
      entries.set(key, entry);
    }
    return { kind: 'object', entries };
  };
  const found = value();
  return found && /^(\.?\s*$|,\s|\s+\()/.test(comment.slice(at)) ? found : null;
}

const WORDS: Readonly<Record<string, boolean | null | undefined>> = {
  true: true,
  false: false,
  null: null,
  undefined,
};

function numberOf(text: string): Shown {
  const plain = text.replaceAll('_', '');
  const [mantissa = '', exponent = '0'] = plain.toLowerCase().split('e');
  const decimals = mantissa.split('.')[1]?.length ?? 0;
  const isPlain = /^-?[\d.]+$/.test(mantissa);
  return { kind: 'number', value: Number(plain), digit: isPlain ? 10 ** (Number(exponent) - decimals) : 0 };
}

/** Whether a plain value is what a comment shows: fractions within half of their last digit, whole numbers to float32. */
export function isShown(actual: unknown, shown: Shown): boolean {
  switch (shown.kind) {
    case 'number': {
      if (typeof actual !== 'number' && typeof actual !== 'bigint') return false;
      const [a, b] = [Number(actual), shown.value];
      const slack = Number.isInteger(b) && shown.digit >= 1 ? 0 : 0.5 * shown.digit;
      return Object.is(a, b) || a === b || Math.abs(a - b) <= slack + 1e-6 * Math.abs(b);
    }
    case 'plain':
      return actual === shown.value;
    case 'array': {
      if (!Array.isArray(actual)) return false;
      const fits = shown.open ? actual.length >= shown.items.length : actual.length === shown.items.length;
      return fits && shown.items.every((item, i) => isShown(actual[i], item));
    }
    case 'object': {
      if (typeof actual !== 'object' || actual === null) return false;
      const own = Object.entries(actual);
      return (
        own.length === shown.entries.size &&
        own.every(([key, v]) => {
          const entry = shown.entries.get(key);
          return entry !== undefined && isShown(v, entry);
        })
      );
    }
  }
}

/** A tensor, as far as comparing needs it. */
interface Readable {
  toArray(): Promise<unknown>;
}

export function isReadable(value: unknown): value is Readable {
  return (
    typeof value === 'object' && value !== null && typeof (value as Partial<Readable>).toArray === 'function'
  );
}

/** A value without tensors, promises and typed arrays. A tensor's values are those at the time of the call. */
export async function plainOf(value: unknown): Promise<unknown> {
  if (isReadable(value)) return value.toArray();
  if (value instanceof Promise) return plainOf(await value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>);
  if (Array.isArray(value)) return Promise.all(value.map(plainOf));
  if (
    typeof value !== 'object' ||
    value === null ||
    ![Object.prototype, null].includes(Object.getPrototypeOf(value))
  )
    return value;
  const entries = Object.entries(value).map(async ([key, v]) => [key, await plainOf(v)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
