import type { Tensor } from '@flambeau/core';
import type { ArrayKind, Outlet, StorableArray } from './checkpoint-structure.ts';
import { ARRAYS, arrayKindOf, fromStructure, MAX_LEVELS, toStructure } from './checkpoint-structure.ts';
import type { StoredTensor } from './container.ts';
import { bytesOf, readContainer, writeContainer } from './container.ts';
import { fileDTypeOf, viewAs } from './file-dtype.ts';
import type { LoadSafetensorsOptions } from './safetensors.ts';
import { storedBytes, toTensor } from './safetensors.ts';
import { SerializationError } from './serialization-error.ts';
import { parseStrictJson } from './strict-json.ts';
import { quote } from './text.ts';

const FORMAT = 'flambeau.checkpoint';
const VERSION = '1';
const STRUCTURE = 'structure';
const TENSOR_DTYPES: ReadonlySet<string> = new Set(Object.values(fileDTypeOf));

/** Gives names to what is taken out of a value: its path, made distinct. Shared tensors and arrays have one name. */
class Collector implements Outlet {
  readonly stored: Promise<StoredTensor>[] = [];
  readonly #names = new Map<object, string>();
  readonly #taken = new Set<string>(['__metadata__']);

  tensor(path: string, x: Tensor): string {
    return this.#add(path, x, async (name) => ({
      name,
      dtype: fileDTypeOf[x.dtype],
      shape: x.shape,
      bytes: await storedBytes(x),
    }));
  }

  array(path: string, values: StorableArray): string {
    const { dtype } = ARRAYS[arrayKindOf(values) as ArrayKind];
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    return this.#add(path, values, async (name) => ({ name, dtype, shape: [values.length], bytes }));
  }

  #add(path: string, value: object, store: (name: string) => Promise<StoredTensor>): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    let name = path || 'value';
    for (let i = 2; this.#taken.has(name); i++) name = `${path}#${i}`;
    this.#taken.add(name);
    this.#names.set(value, name);
    this.stored.push(store(name));
    return name;
  }
}

/**
 * Writes a value that holds tensors: the state of a model, of an optimizer, of the random numbers, an epoch, a history. The
 * values are those at the time of the call.
 *
 * Plain objects and arrays may hold tensors, typed arrays, numbers (NaN, ±Infinity and −0 too), bigints, strings, booleans
 * and null, at most 100 levels deep. A tensor that occurs twice is written once. Whether a tensor requires a gradient is not
 * kept.
 *
 * @returns the bytes of a safetensors file. Its tensors are named by their paths (`model/fc1.weight`), so that other
 * programs read them too; the rest is in its metadata.
 * @throws {@link SerializationError} naming the place of what cannot be written: undefined, functions, class instances.
 *
 * @example
 * ```ts
 * import { getRngState, zeros } from '@flambeau/core';
 * import { loadCheckpoint, saveCheckpoint } from '@flambeau/serialize';
 * const bytes = await saveCheckpoint({ model: { w: zeros([2]) }, epoch: 3, random: getRngState() });
 * const { epoch } = loadCheckpoint(bytes) as { epoch: number };
 * ```
 */
export async function saveCheckpoint(value: unknown): Promise<Uint8Array> {
  const collector = new Collector();
  const structure = toStructure('saveCheckpoint', value, collector);
  const tensors = await Promise.all(collector.stored);
  const metadata = { [FORMAT]: VERSION, [STRUCTURE]: JSON.stringify(structure) };
  return writeContainer('saveCheckpoint', { tensors, metadata });
}

/**
 * Reads what {@link saveCheckpoint} wrote. Nothing in the file is trusted, and anything out of place is refused.
 *
 * @param data - the bytes of the whole file; they are copied.
 * @returns the value: check it, or assert its type, before use.
 * @throws {@link SerializationError} when the file is damaged or is not a checkpoint.
 */
export function loadCheckpoint(
  data: Uint8Array | ArrayBuffer,
  options: LoadSafetensorsOptions = {},
): unknown {
  const op = 'loadCheckpoint';
  const { tensors, metadata } = readContainer(op, bytesOf(op, data));
  const { [FORMAT]: version, [STRUCTURE]: structure } = metadata;
  if (version === undefined || structure === undefined) {
    throw new SerializationError(
      op,
      'not a checkpoint: got a safetensors file without its structure. Use loadSafetensors.',
    );
  }
  if (version !== VERSION) {
    throw new SerializationError(
      op,
      `unknown version: got ${quote(version)}, expected ${VERSION}. Update @flambeau/serialize.`,
      { version },
    );
  }
  const stored = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const loaded = new Map<string, { readonly as: string; readonly content: Tensor | StorableArray }>();
  /** What is stored under a name, made once and always as the same kind. */
  const once = <T extends Tensor | StorableArray>(
    as: string,
    name: string,
    fits: (found: StoredTensor) => boolean,
    make: (found: StoredTensor) => T,
  ): T => {
    const found = stored.get(name);
    const known = loaded.get(name);
    if (!found || !fits(found) || (known && known.as !== as)) {
      const got = found ? `${found.dtype} [${found.shape.join(', ')}]` : 'nothing';
      throw new SerializationError(
        op,
        `the structure names ${quote(name)}, which does not fit: got ${got} in the file, expected ${as}.`,
        { name },
      );
    }
    if (known) return known.content as T;
    const content = make(found);
    loaded.set(name, { as, content });
    return content;
  };
  // Each level of a value takes at most two of JSON.
  const value = fromStructure(op, parseStrictJson(op, structure, 2 * MAX_LEVELS + 2), {
    tensor: (name) =>
      once(
        'a tensor',
        name,
        ({ dtype }) => TENSOR_DTYPES.has(dtype),
        (found) => toTensor(op, found, options),
      ),
    array: (kind, name) => {
      const { type, dtype } = ARRAYS[kind];
      const fits = (found: StoredTensor): boolean => found.dtype === dtype && found.shape.length === 1;
      return once<StorableArray>(kind, name, fits, ({ bytes }) => viewAs<StorableArray>(type, bytes).slice());
    },
  });
  for (const { name } of tensors) {
    if (!loaded.has(name)) {
      throw new SerializationError(
        op,
        `the file has a tensor that its structure does not name: got ${quote(name)}. Is the file damaged?`,
        { name },
      );
    }
  }
  return value;
}
