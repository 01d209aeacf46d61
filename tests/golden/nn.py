"""Prints what packages/nn is tested against, as JSON: initial weights, layers, state dicts and printed models.

    /usr/bin/python3 tests/golden/nn.py > packages/nn/src/golden/pytorch.json

Made with PyTorch 1.13.0a0 (Debian's python3-torch 1.13.1). Values are base64 of little-endian float64, row-major.

"init"    layers made after manual_seed(seed): CRC-32 of the bytes of each parameter, and of three numbers drawn afterwards
"fills"   initialisers on a tensor of a shape, the same way
"layers"  float64 layers on uniform inputs: outputs of the steps, and gradients of the last for the cotangent sin(1), sin(2) ...
"models"  models as printed, and what their state dicts and traversals list
"""
import base64
import json
import math
import sys
import zlib

import torch
from torch import nn

torch.set_num_threads(1)
DTYPES = {"float32": torch.float32, "float64": torch.float64}
SNAKE = {
    "paddingMode": "padding_mode", "ceilMode": "ceil_mode", "trackRunningStats": "track_running_stats",
    "fanIn": "fan_in", "fanOut": "fan_out", "leakyRelu": "leaky_relu",
}


def snake(value):
    """An option or a name as PyTorch spells it; lists are pairs."""
    if isinstance(value, list):
        return tuple(value)
    return SNAKE.get(value, value) if isinstance(value, str) else value


def make(kind, args, options, **more):
    return getattr(nn, kind)(*map(snake, args), **{snake(k): snake(v) for k, v in options.items()}, **more)


def crc(x):
    return zlib.crc32(x.detach().contiguous().numpy().tobytes())


def packed(x):
    return base64.b64encode(x.detach().double().contiguous().numpy().tobytes()).decode()


def init(kind, args, options={}, seed=0, dtype="float32"):
    torch.manual_seed(seed)
    layer = make(kind, args, options, dtype=DTYPES[dtype])
    return {
        "kind": kind, "args": args, "options": options, "seed": seed, "dtype": dtype,
        "parameters": {name: crc(p) for name, p in layer.named_parameters()},
        "after": crc(torch.rand(3)),
    }


def inits():
    for seed in [0, 1, 1234]:
        yield init("Linear", [1, 1], seed=seed)
        yield init("Linear", [2048, 128], seed=seed)
        yield init("Conv2d", [3, 32, 3], {"padding": 1}, seed=seed)
    yield init("Linear", [3, 4])
    yield init("Linear", [7, 5], {"bias": False})
    yield init("Linear", [128, 10], seed=2**40 + 3)
    yield init("Linear", [6, 3], dtype="float64")
    yield init("Conv2d", [1, 1, 1])
    yield init("Conv2d", [32, 64, 3], {"bias": False})
    yield init("Conv2d", [4, 8, [3, 5]], {"groups": 2})
    yield init("Conv2d", [6, 6, 3], {"groups": 6}, dtype="float64")


def fill(name, shape, args=[], options={}, dtype="float32"):
    torch.manual_seed(5)
    x = torch.zeros(shape, dtype=DTYPES[dtype])
    getattr(nn.init, name)(x, *args, **{k: snake(v) for k, v in options.items()})
    return {"name": name, "shape": shape, "args": args, "options": options, "dtype": dtype, "crc": crc(x), "after": crc(torch.rand(3))}


def fills():
    yield fill("uniform_", [40], [-0.3, 1.7])
    yield fill("normal_", [40], [0.5, 0.02])
    yield fill("constant_", [3], [0.25])
    yield fill("zeros_", [3])
    yield fill("ones_", [3])
    for name in ["kaiming_uniform_", "kaiming_normal_"]:
        yield fill(name, [8, 4])
        yield fill(name, [8, 4, 3, 3], options={"mode": "fanOut", "nonlinearity": "relu"})
        yield fill(name, [16, 5], options={"a": 0.2, "mode": "fanIn", "nonlinearity": "leakyRelu"})
        yield fill(name, [16, 5], options={"nonlinearity": "tanh"})
    yield fill("kaiming_uniform_", [16, 5], options={"nonlinearity": "selu"}, dtype="float64")
    yield fill("kaiming_uniform_", [16, 5], options={"nonlinearity": "sigmoid"}, dtype="float64")
    for name in ["xavier_uniform_", "xavier_normal_"]:
        yield fill(name, [8, 4])
        yield fill(name, [8, 4, 3], options={"gain": 1.6})


def layer(kind, args, options, shape, steps=("train",)):
    """Runs the steps on inputs drawn one after another; parameters are drawn before, for layers whose own are constant."""
    torch.manual_seed(11)
    module = make(kind, args, options, dtype=torch.float64) if kind in {"Linear", "Conv2d", "BatchNorm1d", "BatchNorm2d"} else make(kind, args, options)
    if kind.startswith("BatchNorm"):
        with torch.no_grad():
            for p in module.parameters():
                p.copy_(torch.rand(p.shape, dtype=torch.float64) + 0.5)
    outputs = []
    for mode in steps:
        module.train(mode == "train")
        module.zero_grad()
        x = torch.rand(shape, dtype=torch.float64) * 2 - 1
        x.requires_grad_()
        y = module(x)
        outputs.append({"mode": mode, "shape": list(y.shape), "values": packed(y)})
    y.backward(torch.tensor([math.sin(i + 1) for i in range(y.numel())], dtype=torch.float64).reshape(y.shape))
    return {
        "kind": kind, "args": args, "options": options, "shape": shape, "steps": outputs, "inputGrad": packed(x.grad),
        "grads": {name: packed(p.grad) for name, p in module.named_parameters()},
        "buffers": {name: packed(b) for name, b in module.named_buffers()},
    }


def layers():
    yield layer("Linear", [3, 4], {}, [5, 3])
    yield layer("Linear", [3, 4], {"bias": False}, [2, 2, 3])
    yield layer("Linear", [3, 4], {}, [3])
    plane = [2, 4, 5, 4]
    for options in [
        {}, {"padding": 1}, {"padding": [2, 0], "stride": [2, 1]}, {"stride": 2, "dilation": 2, "padding": 1}, {"groups": 2},
        {"bias": False, "groups": 4, "padding": 1}, {"padding": "valid"}, {"padding": "same"}, {"padding": "same", "dilation": 2},
    ]:
        yield layer("Conv2d", [4, 4, 3], options, plane)
    yield layer("Conv2d", [4, 2, [2, 3]], {"padding": "same"}, plane)
    yield layer("Conv2d", [4, 2, [4, 2]], {"padding": "same", "dilation": [1, 3]}, plane)
    yield layer("Conv2d", [4, 2, 1], {}, [4, 3, 3])
    for args, options in [
        ([2], {}), ([3], {"stride": 1, "padding": 1}), ([[3, 2]], {"stride": [2, 1]}), ([2], {"dilation": 2, "stride": 1}),
        ([3], {"stride": 2, "ceilMode": True}), ([2], {"stride": 3, "ceilMode": True, "padding": 1}),
    ]:
        yield layer("MaxPool2d", args, options, plane)
    yield layer("MaxPool2d", [2], {}, [4, 5, 4])
    yield layer("ReLU", [], {}, [3, 4])
    yield layer("LeakyReLU", [], {}, [3, 4])
    yield layer("LeakyReLU", [0.3], {}, [3, 4])
    yield layer("Sigmoid", [], {}, [3, 4])
    yield layer("Tanh", [], {}, [3, 4])
    for dim in [0, 1, -1]:
        yield layer("Softmax", [dim], {}, [3, 4, 2])
        yield layer("LogSoftmax", [dim], {}, [3, 4, 2])
    yield layer("Flatten", [], {}, [2, 3, 2, 2])
    yield layer("Flatten", [0, 2], {}, [2, 3, 2, 2])
    yield layer("Identity", [], {}, [2, 3])
    yield layer("Dropout", [0.3], {}, [3, 4], ["eval"])
    yield layer("Dropout", [0.0], {}, [3, 4])
    yield layer("Dropout", [1.0], {}, [3, 4])
    for options in [{}, {"momentum": None}, {"affine": False}, {"trackRunningStats": False}, {"eps": 0.1, "momentum": 0.7}]:
        for steps in [["train", "train"], ["train", "train", "eval"]]:
            yield layer("BatchNorm2d", [3], options, [2, 3, 2, 3], steps)
    yield layer("BatchNorm1d", [3], {}, [4, 3], ["train", "eval"])
    yield layer("BatchNorm1d", [3], {}, [4, 3], ["train", "train"])
    yield layer("BatchNorm1d", [3], {"momentum": None}, [2, 3, 4], ["train", "train", "train"])
    yield layer("BatchNorm1d", [3], {}, [2, 3, 4], ["eval"])


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.scale = nn.Parameter(torch.ones(4))
        self.second = self.first
        self.tied = nn.Linear(4, 4, bias=False)
        self.tied.weight = self.first.weight
        self.norm = nn.BatchNorm1d(4)
        self.layers = nn.ModuleList([nn.Linear(4, 2), nn.ReLU(), self.norm])
        self.register_buffer("mask", torch.ones(4))
        self.register_buffer("cache", torch.ones(4), persistent=False)
        self.own = nn.Parameter(torch.zeros(1), requires_grad=False)


def cnn():
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(inplace=True), nn.Conv2d(32, 32, 3, padding="same", bias=False),
        nn.MaxPool2d(2), nn.Conv2d(32, 64, (3, 5), stride=(1, 2), dilation=2, groups=4), nn.MaxPool2d((2, 3), padding=1, ceil_mode=True),
        nn.Sequential(nn.Flatten(), nn.Linear(64, 10, bias=False)), nn.LeakyReLU(0.2), nn.Sigmoid(), nn.Tanh(), nn.Softmax(dim=1),
        nn.LogSoftmax(dim=-1), nn.Identity(), nn.BatchNorm1d(10, eps=0.001, momentum=None, affine=False, track_running_stats=False),
        nn.Sequential(),
    )


def model(name, module):
    dtypes = {torch.float32: "float32", torch.int64: "int32"}
    return {
        "name": name,
        "text": str(module),
        "stateDict": [[k, list(v.shape), dtypes[v.dtype]] for k, v in module.state_dict().items()],
        "parameters": [n for n, _ in module.named_parameters()],
        "buffers": [n for n, _ in module.named_buffers()],
        "modules": [n for n, _ in module.named_modules()],
        "children": [n for n, _ in module.named_children()],
    }


def lines(entries):
    return ",\n".join(json.dumps(e, separators=(",", ":")) for e in entries)


sections = {"init": inits(), "fills": fills(), "layers": layers(), "models": [model("cnn", cnn()), model("shared", Shared())]}
body = ",\n".join(f'"{name}":[\n{lines(entries)}]' for name, entries in sections.items())
sys.stdout.write(f'{{"torch":{json.dumps(torch.__version__)},\n{body}}}\n')
