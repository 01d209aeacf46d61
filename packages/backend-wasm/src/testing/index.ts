// What tests of this repository need of the inside. Not for others.

export { createWasmBackend } from '../backend.ts';
export type { Expr } from '../emit/expression.ts';
export { f32, i32 } from '../emit/expression.ts';
export type { FunctionBody, Local } from '../emit/function.ts';
export { call } from '../emit/function.ts';
export { ModuleBuilder } from '../emit/module.ts';
export type { CompiledKernel } from '../kernels/compiled.ts';
export { compileKernel } from '../kernels/compiled.ts';
export { Allocator, partSize } from '../memory/allocator.ts';
export { LinearMemory } from '../memory/linear-memory.ts';
export { CHUNK_BITS, LAST_JOB, WORDS } from '../pool/control.ts';
export { WorkerPool } from '../pool/pool.ts';
export type { WorkerHandle } from '../pool/start-worker.ts';
export { WORKER_SOURCE } from '../pool/worker-source.ts';
