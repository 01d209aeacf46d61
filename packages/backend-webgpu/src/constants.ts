// Node has no such globals, and WebGPU's numbers do not change.
export const BUFFER_USAGE = { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128 } as const;
export const MAP_MODE = { READ: 1 } as const;
export const SHADER_STAGE = { COMPUTE: 4 } as const;
