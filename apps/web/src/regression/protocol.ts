import type { Line } from '@flambeau/app-regression/program';
import type { DeviceName, DeviceReport, DeviceState } from '../shared/devices.ts';

/** A fit that is asked for. */
export interface FitSettings {
  readonly device: DeviceName;
  readonly seed: number;
  readonly steps: number;
}

/** How a fit stands. */
export type FitState = 'idle' | 'running' | 'stopped' | 'done';

/** What the page asks of the worker. */
export type FitRequest =
  | { readonly type: 'start'; readonly settings: FitSettings; readonly pace: number | null }
  | { readonly type: 'stop' }
  | { readonly type: 'resume' }
  | { readonly type: 'discard' }
  /** Steps a second at most; null: as fast as it can. */
  | { readonly type: 'pace'; readonly pace: number | null };

/** What the worker tells the page. */
export type FitReply =
  | { readonly type: 'devices'; readonly devices: readonly DeviceState[] }
  | { readonly type: 'state'; readonly state: FitState }
  /** What is to be fitted, and the line that it was made from. */
  | { readonly type: 'points'; readonly x: Float32Array; readonly y: Float32Array; readonly truth: Line }
  | {
      readonly type: 'progress';
      /** Losses of the steps since the last message. */
      readonly losses: readonly number[];
      readonly w: number;
      readonly b: number;
      readonly stepsPerSecond: number;
    }
  | { readonly type: 'report'; readonly report: DeviceReport };
