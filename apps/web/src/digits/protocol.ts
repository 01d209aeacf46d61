import type { EpochReport, Preset, TrainSettings } from '@flambeau/app-street-digits/learning';
import type { DeviceName, DeviceReport, DeviceState } from '../shared/devices.ts';

/** What the page lets people choose of a run. */
export interface DigitChoice {
  readonly model: Preset;
  readonly epochs: number;
  /** Pictures of an epoch, at most. */
  readonly limit: number;
  readonly seed: number;
}

/**
 * How the worker stands: nothing learnt; drawing pictures; training; stopped, and able to go on; or a model that is there
 * to be used alone.
 */
export type DigitState = 'empty' | 'preparing' | 'running' | 'stopped' | 'done';

/** What is asked about a picture: its 3 × 32 × 32 bytes, or the file that has it. */
export type Question = { readonly picture: Uint8Array } | { readonly file: Blob };

/** What the page asks of the worker. */
export type DigitRequest =
  | { readonly type: 'start'; readonly device: DeviceName; readonly choice: DigitChoice }
  | { readonly type: 'stop' }
  | { readonly type: 'resume' }
  | { readonly type: 'discard' }
  /** Go on elsewhere, from the last finished epoch. */
  | { readonly type: 'move'; readonly device: DeviceName }
  | { readonly type: 'load'; readonly device: DeviceName; readonly file: Blob }
  /** Learn from the photographs of a file of SVHN; from drawn pictures with null. */
  | { readonly type: 'photos'; readonly file: File | null }
  | { readonly type: 'save' }
  | { readonly type: 'recognise'; readonly id: number; readonly question: Question };

/** What the worker tells the page. */
export type DigitReply =
  | { readonly type: 'devices'; readonly devices: readonly DeviceState[] }
  /** @remarks `note`: what people should know of how it came about. */
  | { readonly type: 'state'; readonly state: DigitState; readonly note?: string | undefined }
  /** Pictures that no training sees, to try the network with. */
  | { readonly type: 'samples'; readonly pictures: Uint8Array; readonly labels: readonly number[] }
  /** What runs learn from now: photographs, or drawn pictures where `name` is null. */
  | { readonly type: 'photos'; readonly name: string | null; readonly count: number }
  /** A run at its beginning, or where a checkpoint left it. */
  | {
      readonly type: 'run';
      readonly settings: TrainSettings;
      readonly history: readonly EpochReport[];
    }
  | {
      readonly type: 'progress';
      readonly epoch: number;
      /** Pictures of the epoch that are done, of all. */
      readonly done: number;
      readonly size: number;
      /** Of the steps since the last message. */
      readonly losses: readonly number[];
      readonly accuracies: readonly number[];
      readonly stepsPerSecond: number;
    }
  | { readonly type: 'validation'; readonly done: number; readonly size: number }
  | { readonly type: 'epoch'; readonly report: EpochReport }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'unanswered'; readonly id: number; readonly message: string }
  | { readonly type: 'file'; readonly bytes: Uint8Array; readonly epochs: number; readonly whole: boolean }
  | { readonly type: 'report'; readonly report: DeviceReport };

/** What a network says of a picture. */
export interface Answer {
  /** Shape (3, 32, 32): what the network saw. */
  readonly picture: Uint8Array;
  /** Of each digit; null while there is no network to ask. */
  readonly probabilities: readonly number[] | null;
  readonly best: number;
}
