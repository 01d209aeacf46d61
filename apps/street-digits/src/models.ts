import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from 'flambeau';

/** A size of network, with the learning rate that suits it. */
export interface PresetSpec {
  /** Layers for pictures of shape (N, 3, 32, 32); they end in ten scores. */
  readonly layers: () => Module[];
  /** Largest learning rate of the one-cycle schedule. */
  readonly lr: number;
  readonly epochs: number;
}

/** The networks to choose from. */
export const presets = {
  tiny: {
    layers: () => [
      ...block(3, 16),
      ...block(16, 32),
      ...block(32, 64),
      new Flatten(),
      new Dropout(0.2),
      new Linear(1024, 10),
    ],
    lr: 0.01,
    epochs: 12,
  },
  small: {
    layers: () => [
      ...block(3, 32),
      ...block(32, 64),
      ...block(64, 128),
      new Flatten(),
      new Dropout(0.3),
      new Linear(2048, 10),
    ],
    lr: 0.005,
    epochs: 15,
  },
  base: {
    layers: () => [
      ...doubleBlock(3, 32),
      ...doubleBlock(32, 64),
      ...doubleBlock(64, 128),
      new Flatten(),
      new Linear(2048, 128),
      new ReLU(),
      new Dropout(0.5),
      new Linear(128, 10),
    ],
    lr: 0.003,
    epochs: 27,
  },
} as const satisfies Record<string, PresetSpec>;

/** Name of a network. */
export type Preset = keyof typeof presets;

/** A network with fresh weights, drawn as PyTorch draws them after the same `manualSeed`. */
export function createModel(preset: Preset): Sequential {
  return new Sequential(...presets[preset].layers());
}

function block(from: number, to: number): Module[] {
  return [...convolution(from, to), new MaxPool2d(2)];
}

function doubleBlock(from: number, to: number): Module[] {
  return [...convolution(from, to), ...convolution(to, to), new MaxPool2d(2), new Dropout(0.2)];
}

function convolution(from: number, to: number): Module[] {
  return [new Conv2d(from, to, 3, { padding: 1 }), new BatchNorm2d(to), new ReLU()];
}
