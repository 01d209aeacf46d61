import type { Tensor } from '@flambeau/core';
import { embedding, linear, relu, scaledDotProductAttention, zeros } from '@flambeau/core';
import { LayerNorm, Linear, Module, ModuleList, parameter } from '@flambeau/nn';

const [VOCABULARY, WIDTH, HEADS, INNER, LAYERS, LENGTH] = [64, 64, 4, 256, 2, 32] as const;

/** Causal self-attention of several heads, with the parameters of PyTorch's `nn.MultiheadAttention`. */
class SelfAttention extends Module {
  static override readonly stateKeys = {
    inProjWeight: 'in_proj_weight',
    inProjBias: 'in_proj_bias',
    outProj: 'out_proj',
  };

  readonly inProjWeight = parameter(zeros([3 * WIDTH, WIDTH]));
  readonly inProjBias = parameter(zeros([3 * WIDTH]));
  readonly outProj = new Linear(WIDTH, WIDTH);

  forward(x: Tensor): Tensor {
    const [batch, length] = x.shape as [number, number];
    const parts = linear(x, this.inProjWeight, this.inProjBias)
      .reshape([batch, length, 3, HEADS, WIDTH / HEADS])
      .permute([2, 0, 3, 1, 4]);
    const [query, key, value] = [parts.select(0, 0), parts.select(0, 1), parts.select(0, 2)];
    const seen = scaledDotProductAttention(query, key, value, { isCausal: true });
    return this.outProj.forward(seen.transpose(1, 2).reshape([batch, length, WIDTH]));
  }
}

/** PyTorch's `nn.TransformerEncoderLayer` without dropout: attention, then two linear layers, each added and normalised. */
class EncoderLayer extends Module {
  static override readonly stateKeys = { selfAttn: 'self_attn' };

  readonly selfAttn = new SelfAttention();
  readonly linear1 = new Linear(WIDTH, INNER);
  readonly linear2 = new Linear(INNER, WIDTH);
  readonly norm1 = new LayerNorm(WIDTH);
  readonly norm2 = new LayerNorm(WIDTH);

  forward(x: Tensor): Tensor {
    const y = this.norm1.forward(x.add(this.selfAttn.forward(x)));
    return this.norm2.forward(y.add(this.linear2.forward(relu(this.linear1.forward(y)))));
  }
}

/** A small language model: the logits of the next token at each place of (batch, 32) tokens, as rows. */
export class LanguageModel extends Module {
  readonly position = parameter(zeros([LENGTH, WIDTH]));
  readonly token = parameter(zeros([VOCABULARY, WIDTH]));
  readonly layers = new ModuleList(Array.from({ length: LAYERS }, () => new EncoderLayer()));
  readonly head = new Linear(WIDTH, VOCABULARY);

  forward(tokens: Tensor): Tensor {
    let x = embedding(tokens, this.token).add(this.position);
    for (const layer of this.layers) x = layer.forward(x);
    return this.head.forward(x).reshape([-1, VOCABULARY]);
  }
}
