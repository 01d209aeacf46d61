import { ByteWriter } from './bytes.ts';
import type { ValueType } from './expression.ts';
import { TYPE_CODES } from './expression.ts';
import type { Callee, Locals, Procedure } from './function.ts';
import { FunctionBody } from './function.ts';

/** How a module's memory is imported. A shared one needs its maximum. */
export interface MemoryImport {
  readonly shared: boolean;
  /** At least that of the memory which is given. In pages of 64 KiB. */
  readonly maximumPages: number;
}

interface Signature {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A WebAssembly module that is being written: imports, then functions, all exported by name. */
export class ModuleBuilder {
  readonly #memory: MemoryImport | null;
  readonly #imports: { readonly module: string; readonly name: string; readonly signature: Signature }[] = [];
  readonly #functions: {
    readonly name: string;
    readonly signature: Signature;
    readonly body: FunctionBody;
  }[] = [];

  /** @param memory - imported as `env.memory`. */
  constructor(memory: MemoryImport | null = null) {
    this.#memory = memory;
  }

  /** Imports a function. Imports come before all functions. */
  importFunction<const P extends readonly ValueType[], R extends ValueType>(
    module: string,
    name: string,
    params: P,
    result: R,
  ): Callee<P, R> {
    if (this.#functions.length > 0) throw new TypeError('imports come before functions: indices would move');
    const index = this.#imports.push({ module, name, signature: { params, results: [result] } }) - 1;
    return { index, params, result };
  }

  /** Adds a function without a result and exports it. Functions that are added later can call it. */
  addFunction<const P extends readonly ValueType[]>(
    name: string,
    params: P,
    write: (body: FunctionBody, ...params: Locals<P>) => void,
  ): Procedure<P> {
    const body = new FunctionBody(params);
    write(body, ...(params.map((type, index) => body.param(type, index)) as unknown as Locals<P>));
    const index = this.#imports.length + this.#functions.length;
    this.#functions.push({ name, signature: { params, results: [] }, body });
    return { index, params };
  }

  /** The module in the binary format. */
  encode(): Uint8Array<ArrayBuffer> {
    const signatures = [...this.#imports, ...this.#functions].map(({ signature }) => signature);
    const out = new ByteWriter().bytes(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    const section = (id: number, items: readonly ByteWriter[]): void => {
      if (items.length === 0) return;
      const content = new ByteWriter().unsigned(items.length);
      for (const item of items) content.append(item);
      out.bytes(id).append(content, true);
    };
    section(1, signatures.map(encodeSignature));
    section(2, [...this.#encodeMemory(), ...this.#imports.map(encodeImport)]);
    section(
      3,
      this.#functions.map((_, i) => new ByteWriter().unsigned(this.#imports.length + i)),
    );
    section(
      7,
      this.#functions.map(({ name }, i) =>
        new ByteWriter()
          .name(name)
          .bytes(0)
          .unsigned(this.#imports.length + i),
      ),
    );
    section(
      10,
      this.#functions.map(({ body }) => new ByteWriter().append(body.encode(), true)),
    );
    return out.take();
  }

  #encodeMemory(): ByteWriter[] {
    if (!this.#memory) return [];
    const { shared, maximumPages } = this.#memory;
    const limits = new ByteWriter()
      .bytes(shared ? 3 : 1)
      .unsigned(0)
      .unsigned(maximumPages);
    return [new ByteWriter().name('env').name('memory').bytes(2).append(limits)];
  }
}

const encodeTypes = (types: readonly ValueType[]): ByteWriter =>
  new ByteWriter().unsigned(types.length).bytes(...types.map((type) => TYPE_CODES[type]));

const encodeSignature = ({ params, results }: Signature): ByteWriter =>
  new ByteWriter().bytes(0x60).append(encodeTypes(params)).append(encodeTypes(results));

const encodeImport = (
  { module, name }: { readonly module: string; readonly name: string },
  index: number,
): ByteWriter => new ByteWriter().name(module).name(name).bytes(0).unsigned(index);
