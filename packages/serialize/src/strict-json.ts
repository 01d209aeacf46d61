import { SerializationError } from './serialization-error.ts';
import { quote } from './text.ts';

/** Objects and arrays of one text: each takes many times its two characters of memory. */
const MAX_PARTS = 3_000_000;

/**
 * Parses JSON from a file: duplicate keys are refused, of which `JSON.parse` keeps the last, and so are nesting deeper than
 * `maxDepth` and millions of parts. Keys such as `__proto__` are ordinary ones.
 *
 * @throws {@link SerializationError} on anything else than such a text.
 */
export function parseStrictJson(op: string, text: string, maxDepth: number): unknown {
  checkStructure(op, text, maxDepth);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new SerializationError(
      op,
      `not JSON: got ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Looks for duplicate keys and deep nesting; what is no JSON is left for the parser to refuse. */
function checkStructure(op: string, text: string, maxDepth: number): void {
  /** The keys of each open object; null for arrays. */
  const open: (Set<string> | null)[] = [];
  let parts = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 0x7b || char === 0x5b) {
      if (open.length === maxDepth) {
        throw new SerializationError(
          op,
          `JSON is nested too deep: got more than ${maxDepth} levels at position ${i}, expected fewer.`,
          { position: i },
        );
      }
      if (++parts > MAX_PARTS) {
        throw new SerializationError(
          op,
          `JSON has too many parts: got more than ${MAX_PARTS} objects and arrays.`,
        );
      }
      open.push(char === 0x7b ? new Set() : null);
    } else if (char === 0x7d || char === 0x5d) open.pop();
    else if (char === QUOTE) {
      const end = endOfString(text, i);
      if (text.charCodeAt(afterSpace(text, end + 1)) === COLON)
        noteKey(op, open[open.length - 1], text.slice(i, end + 1));
      i = end;
    }
  }
}

/** Position of the quote that closes the string opened at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  for (; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === QUOTE) break;
    if (char === BACKSLASH) i++;
  }
  return i;
}

function afterSpace(text: string, start: number): number {
  let i = start;
  while (i < text.length && text.charCodeAt(i) <= 0x20) i++;
  return i;
}

function noteKey(op: string, keys: Set<string> | null | undefined, literal: string): void {
  if (!keys) return;
  const key = literal.includes('\\') ? unescaped(literal) : literal.slice(1, -1);
  if (keys.has(key)) {
    throw new SerializationError(
      op,
      `JSON has a key twice: got ${quote(key)} again, expected distinct keys.`,
      { key },
    );
  }
  keys.add(key);
}

function unescaped(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return literal;
  }
}
