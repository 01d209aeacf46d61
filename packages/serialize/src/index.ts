export { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
export type { Metadata } from './container.ts';
export type { LoadSafetensorsOptions, SafetensorsFile, SaveSafetensorsOptions } from './safetensors.ts';
export { loadSafetensors, saveSafetensors } from './safetensors.ts';
export { SerializationError } from './serialization-error.ts';
