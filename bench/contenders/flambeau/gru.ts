import type { Tensor } from '@flambeau/core';
import { linear, sigmoid, tanh, zeros } from '@flambeau/core';
import { Linear, Module, parameter } from '@flambeau/nn';

/**
 * One layer of gated recurrent units with the parameters of PyTorch's `nn.GRU`, written as a program that uses the
 * library would. Input (batch, steps, features), output: the last hidden state.
 */
class Gru extends Module {
  static override readonly stateKeys = {
    weightIh: 'weight_ih_l0',
    weightHh: 'weight_hh_l0',
    biasIh: 'bias_ih_l0',
    biasHh: 'bias_hh_l0',
  };

  readonly hidden: number;
  readonly weightIh: Tensor;
  readonly weightHh: Tensor;
  readonly biasIh: Tensor;
  readonly biasHh: Tensor;

  constructor(features: number, hidden: number) {
    super();
    this.hidden = hidden;
    this.weightIh = parameter(zeros([3 * hidden, features]));
    this.weightHh = parameter(zeros([3 * hidden, hidden]));
    this.biasIh = parameter(zeros([3 * hidden]));
    this.biasHh = parameter(zeros([3 * hidden]));
  }

  forward(x: Tensor): Tensor {
    const { hidden } = this;
    const [batch, steps] = x.shape as [number, number];
    const inputs = linear(x.transpose(0, 1), this.weightIh, this.biasIh); // of all steps in one product
    let h = zeros([batch, hidden]);
    for (let step = 0; step < steps; step++) {
      const a = inputs.select(0, step);
      const b = linear(h, this.weightHh, this.biasHh);
      const gate = (from: Tensor, i: number): Tensor => from.narrow(1, i * hidden, hidden);
      const reset = sigmoid(gate(a, 0).add(gate(b, 0)));
      const update = sigmoid(gate(a, 1).add(gate(b, 1)));
      const fresh = tanh(gate(a, 2).add(reset.mul(gate(b, 2))));
      h = fresh.add(update.mul(h.sub(fresh)));
    }
    return h;
  }
}

/** Ten classes from the last state of 64 units that have read a sequence of 32 features. */
export class SequenceClassifier extends Module {
  readonly gru = new Gru(32, 64);
  readonly head = new Linear(64, 10);

  forward(x: Tensor): Tensor {
    return this.head.forward(this.gru.forward(x));
  }
}
