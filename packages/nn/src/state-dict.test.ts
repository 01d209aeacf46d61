import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import {
  AsyncReadError,
  DTypeError,
  noGrad,
  ones,
  rand,
  setDefaultDevice,
  type Tensor,
  tensor,
  zeros,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { BatchNorm1d, Linear, Module, parameter, Sequential } from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));

class Net extends Module {
  readonly hidden = new Linear(2, 3);
  readonly scale = parameter(ones([3]));
  readonly norm = new BatchNorm1d(3);

  forward(x: Tensor): Tensor {
    return this.norm.forward(this.hidden.forward(x)).mul(this.scale);
  }
}

describe('state dicts', () => {
  test('share memory with the module', () => {
    const layer = new Linear(2, 1);
    const dict = layer.stateDict();
    noGrad(() => layer.weight.fill_(3));
    expect(dict['weight']?.dataSync()).toEqual(new Float32Array([3, 3]));
    expect(dict['weight']?.requiresGrad).toBe(false);
  });

  test('are loaded in place, also under all names of a shared tensor', () => {
    const [from, to] = [new Net(), new Net()];
    from.forward(rand([4, 2]));
    const weight = to.hidden.weight;
    expect(to.loadStateDict(from.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(to.hidden.weight).toBe(weight);
    const values = (net: Net): unknown[] => Object.values(net.stateDict()).map((x) => x.dataSync());
    expect(values(to)).toEqual(values(from));
    expect(to.norm.numBatchesTracked?.itemSync()).toBe(1);
  });

  test('convert dtypes', () => {
    const layer = new Linear(1, 1);
    layer.loadStateDict({
      weight: tensor([[0.5]], { dtype: 'float64' }),
      bias: tensor([7], { dtype: 'int32' }),
    });
    expect([layer.weight.dtype, layer.weight.itemSync(), layer.bias?.itemSync()]).toEqual([
      'float32',
      0.5,
      7,
    ]);
  });

  test('that do not fit change nothing, and the error names all that is wrong', () => {
    const layer = new Linear(2, 1);
    const before = layer.weight.dataSync();
    const wrong = { weight: zeros([1, 2]), extra: zeros([1]), more: zeros([1]) };
    expect(() => layer.loadStateDict(wrong)).toThrow(
      'loadStateDict(): the dictionary does not fit Linear: got missing keys: bias; unexpected keys: extra, more; expected the keys and shapes of stateDict(). Nothing was changed. Pass { strict: false } to load what fits.',
    );
    expect(() => layer.loadStateDict({ weight: zeros([1, 2]), bias: zeros([2]) }, { strict: false })).toThrow(
      'got shapes differ: bias is [2], expected [1]; expected',
    );
    expect(() => layer.loadStateDict({ weight: zeros([1, 2]), bias: 1 as unknown as Tensor })).toThrow(
      'bias is number, expected a tensor',
    );
    expect(layer.weight.dataSync()).toEqual(before);
  });

  test('loaded without strictness tell what was missing and what was not used', () => {
    const layer = new Linear(2, 1);
    const result = layer.loadStateDict({ weight: ones([1, 2]), extra: zeros([1]) }, { strict: false });
    expect(result).toEqual({ missingKeys: ['bias'], unexpectedKeys: ['extra'] });
    expect(layer.weight.dataSync()).toEqual(new Float32Array([1, 1]));
  });

  test('keys of Object.prototype are no entries', () => {
    const hostile = JSON.parse('{"__proto__": 1, "constructor": 2}') as Record<string, Tensor>;
    expect(() => new Linear(1, 1).loadStateDict(hostile)).toThrow(
      'missing keys: weight, bias; unexpected keys: __proto__, constructor',
    );
  });
});

describe('moving a module', () => {
  test('to another dtype converts floats only and keeps identities, so that optimizers go on', () => {
    const net = new Net();
    const before = net.parameters();
    net
      .forward(ones([2, 2]))
      .sum()
      .backward();
    expect(net.to('float64')).toBe(net);
    expect(net.parameters()).toEqual(before);
    expect(net.parameters().map((p) => [p.dtype, p.requiresGrad, p.grad?.dtype])).toEqual(
      Array(5).fill(['float64', true, 'float64']),
    );
    expect(net.norm.runningMean?.dtype).toBe('float64');
    expect(net.norm.numBatchesTracked?.dtype).toBe('int32');
    expect(net.namedParameters()).toHaveLength(5);
    expect(() => net.to('int32')).toThrow(DTypeError);
  });

  test('to another device and back keeps values and shared tensors', () => {
    const device = countingDevice(cpu().backend);
    const tied = new Sequential(new Linear(2, 2), new Linear(2, 2));
    (tied[1] as Linear).weight = (tied[0] as Linear).weight;
    const weight = (tied[0] as Linear).weight;
    const values = weight.dataSync();
    tied.to(device);
    expect(tied.parameters().map((p) => p.device)).toEqual([device, device, device]);
    expect((tied[1] as Linear).weight).toBe(weight);
    expect(tied.forward(ones([1, 2], { device })).device).toBe(device);
    tied.to(cpu());
    expect(weight.dataSync()).toEqual(values);
  });

  test('from a device with asynchronous reads needs toAsync, and to says so before it changes anything', async () => {
    const device = countingDevice(cpu().backend, { syncRead: false });
    const net = new Net().to(device);
    const values = await net.scale.data();
    expect(() => net.to(cpu())).toThrow(AsyncReadError);
    expect(net.parameters().every((p) => p.device === device)).toBe(true);
    await net.toAsync(cpu());
    expect(net.parameters().every((p) => p.device === cpu())).toBe(true);
    expect(net.scale.dataSync()).toEqual(values);
  });

  test('between forward and backward is an error that says so', () => {
    const layer = new Linear(2, 1);
    const y = layer.forward(ones([1, 2], { requiresGrad: true })).sum();
    layer.to('float64');
    expect(() => y.backward()).toThrow('backward(): a tensor that linear needs was moved or converted');
  });
});
