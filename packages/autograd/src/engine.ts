import type { AutogradEngine, BackwardOptions, Tensor } from '@flambeau/core';
import { ArgumentError, disposeTemporary, runtime } from '@flambeau/core';
import { drive, driveAsync, startGradient, walk } from './backward.ts';
import { record } from './graph.ts';
import { transferCall } from './transfer-call.ts';

const filled = (options: BackwardOptions): Required<BackwardOptions> => {
  const createGraph = options.createGraph ?? false;
  return { createGraph, retainGraph: options.retainGraph ?? createGraph };
};

/** What fills core's slot. */
export const engine: AutogradEngine = {
  backward(output, gradient, options) {
    const all = filled(options);
    const start = startGradient('backward', output, gradient);
    drive(walk([output], [start], { ...all, wait: false }, null), all.createGraph);
    if (!gradient) disposeTemporary(start);
  },
  async backwardAsync(output, gradient, options) {
    const all = filled(options);
    const start = startGradient('backwardAsync', output, gradient);
    await driveAsync(walk([output], [start], { ...all, wait: true }, null), all.createGraph);
    if (!gradient) disposeTemporary(start);
  },
  beforeInPlace(op, target, recorded) {
    if (target.leafRequiresGrad) {
      throw new ArgumentError(
        op,
        'a leaf that requires a gradient is written in place: got requiresGrad = true, expected a result or a tensor without. Wrap the write in noGrad(() => …).',
      );
    }
    if (!recorded) return;
    if (target.storage.handles > 1 && target.node && target.nodeVersion !== target.storage.version) {
      throw new ArgumentError(
        op,
        'a stale view is written in place: its memory was written through another view. Make the view again.',
      );
    }
  },
  recordTransfer(source: Tensor, result: Tensor) {
    if (runtime.gradMode && source.requiresGrad) record(transferCall(source, result.device), [result]);
  },
};
