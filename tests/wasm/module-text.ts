import loadWabt from 'wabt';

const wabt = await loadWabt();

/** A module as WebAssembly text: folded expressions, functions by the names that they are exported under. */
export function moduleText(bytes: Uint8Array): string {
  const module = wabt.readWasm(bytes, { threads: true, relaxed_simd: true, readDebugNames: true });
  try {
    module.generateNames();
    module.applyNames();
    return module.toText({ foldExprs: true, inlineExport: true });
  } finally {
    module.destroy();
  }
}
