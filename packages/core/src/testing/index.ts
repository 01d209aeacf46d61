export type { OpName } from '../ops/table.ts';
export { opTable } from '../ops/table.ts';
export type { CountingDevice, CountingOptions, Counts } from './counting-device.ts';
export { countingDevice } from './counting-device.ts';
