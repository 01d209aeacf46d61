// Writes every kernel that a program compiles as text into .cache/kernels/:
//   node --conditions=@flambeau/source --import ./tests/wasm/dump-kernels.ts program.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleText } from './module-text.ts';

const folder = join(import.meta.dirname, '../../.cache/kernels');
const modules: Uint8Array[] = [];

const { Module } = WebAssembly;
WebAssembly.Module = class extends Module {
  constructor(bytes: BufferSource) {
    super(bytes);
    const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes);
    modules.push(new Uint8Array(buffer, byteOffset, byteLength).slice());
  }
};

process.once('exit', () => {
  mkdirSync(folder, { recursive: true });
  for (const [i, bytes] of modules.entries())
    writeFileSync(join(folder, `${String(i).padStart(3, '0')}.wat`), moduleText(bytes));
  console.log(`${modules.length} kernels as text in ${folder}`);
});
