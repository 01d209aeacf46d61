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
    "countIncludePad": "count_include_pad", "divisorOverride": "divisor_override", "outputPadding": "output_padding",
    "outputSize": "output_size", "outputRatio": "output_ratio",
    "elementwiseAffine": "elementwise_affine", "fanIn": "fan_in", "fanOut": "fan_out", "leakyRelu": "leaky_relu",
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
    yield init("Conv1d", [3, 8, 5], {"padding": 2})
    yield init("Conv3d", [2, 4, [1, 3, 2]], {"groups": 2, "bias": False})
    yield init("ConvTranspose1d", [6, 4, 3], {"groups": 2, "stride": 2})
    yield init("ConvTranspose2d", [3, 8, 4], {"stride": 2, "padding": 1})
    yield init("ConvTranspose3d", [2, 3, 2], dtype="float64")


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


CONSTANT = ("BatchNorm", "LayerNorm", "GroupNorm", "InstanceNorm")
"""Layers whose parameters all start the same."""


def layer(kind, args, options, shape, steps=("train",)):
    """Runs the steps on inputs drawn one after another; parameters are drawn before, for layers whose own are constant."""
    torch.manual_seed(11)
    module = make(kind, args, options, dtype=torch.float64) if kind.startswith(("Linear", "Conv", *CONSTANT)) else make(kind, args, options)
    if kind.startswith(CONSTANT):
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


def convolutions():
    line, volume = [2, 4, 7], [1, 2, 3, 4, 5]
    for options in [{}, {"padding": 1, "stride": 2}, {"padding": "same", "dilation": 2}, {"groups": 2, "bias": False}]:
        yield layer("Conv1d", [4, 4, [3]], options, line)
    yield layer("Conv1d", [4, 2, 2], {"padding": "same"}, [4, 5])
    for options in [{}, {"padding": [1, 0, 2], "stride": [2, 1, 2]}, {"padding": "same"}, {"groups": 2}]:
        yield layer("Conv3d", [2, 2, [2, 3, 2]], options, volume)
    for mode in ["reflect", "replicate", "circular"]:
        yield layer("Conv1d", [4, 2, 3], {"padding": 2, "paddingMode": mode, "stride": 2}, line)
        yield layer("Conv2d", [4, 2, [3, 2]], {"padding": [2, 1], "paddingMode": mode}, [2, 4, 5, 4])
        yield layer("Conv2d", [4, 2, [4, 2]], {"padding": "same", "paddingMode": mode, "dilation": [1, 2]}, [1, 4, 5, 4])
        yield layer("Conv2d", [4, 2, 3], {"padding": "valid", "paddingMode": mode}, [1, 4, 5, 4])
        yield layer("Conv3d", [2, 2, 2], {"padding": [1, 0, 2], "paddingMode": mode}, volume)
    for options in [{}, {"stride": 2, "padding": 1, "outputPadding": 1}, {"groups": 2, "dilation": 2, "bias": False}]:
        yield layer("ConvTranspose1d", [4, 6, 3], options, [2, 4, 5])
        yield layer("ConvTranspose2d", [4, 2, [3, 2]], options, [2, 4, 3, 4])
        yield layer("ConvTranspose3d", [2, 2, [1, 3, 2]], options, [1, 2, 2, 3, 3])
    yield layer("ConvTranspose2d", [4, 2, 2], {"stride": [2, 3], "outputPadding": [1, 0]}, [4, 3, 2])


def poolings():
    line, plane, volume = [2, 3, 7], [2, 2, 5, 6], [1, 2, 4, 4, 5]
    yield layer("MaxPool1d", [[3]], {"stride": 2, "padding": 1}, line)
    yield layer("MaxPool1d", [2], {"ceilMode": True, "dilation": 2}, [3, 7])
    yield layer("MaxPool3d", [2], {}, volume)
    yield layer("MaxPool3d", [[1, 2, 3]], {"stride": [1, 1, 2], "padding": [0, 1, 1], "ceilMode": True}, volume)
    yield layer("AvgPool1d", [2], {}, line)
    yield layer("AvgPool1d", [3], {"stride": 2, "padding": 1, "ceilMode": True, "countIncludePad": False}, [3, 6])
    yield layer("AvgPool2d", [2], {}, plane)
    yield layer("AvgPool2d", [[3, 2]], {"stride": 2, "padding": 1, "ceilMode": True, "countIncludePad": False}, plane)
    yield layer("AvgPool2d", [2], {"stride": 1, "divisorOverride": 3}, [2, 3, 4])
    yield layer("AvgPool3d", [2], {"padding": 1, "ceilMode": True}, volume)
    yield layer("AvgPool3d", [[1, 2, 3]], {"stride": [2, 1, 1], "divisorOverride": 2}, volume)
    for kind in ["Avg", "Max"]:
        yield layer(f"Adaptive{kind}Pool1d", [3], {}, line)
        yield layer(f"Adaptive{kind}Pool2d", [[2, None]], {}, plane)
        yield layer(f"Adaptive{kind}Pool2d", [1], {}, [2, 5, 6])
        yield layer(f"Adaptive{kind}Pool3d", [[2, 3, 1]], {}, volume)
    yield layer("LPPool1d", [2, 3], {"stride": 2}, line)
    yield layer("LPPool2d", [2, [2, 3]], {"ceilMode": True}, plane)


def normalisations():
    line, plane, volume = [2, 4, 3], [2, 4, 2, 3], [2, 2, 2, 1, 3]
    for args, options in [([3], {}), ([[4, 3]], {"eps": 0.1}), ([[3]], {"elementwiseAffine": False})]:
        yield layer("LayerNorm", args, options, line)
    yield layer("GroupNorm", [2, 4], {}, plane)
    yield layer("GroupNorm", [4, 4], {"affine": False, "eps": 0.1}, line)
    yield layer("InstanceNorm1d", [4], {}, line)
    yield layer("InstanceNorm1d", [4], {"affine": True}, [4, 3])
    for kind, channels, shape in [("InstanceNorm1d", 4, line), ("InstanceNorm2d", 4, plane), ("InstanceNorm3d", 2, volume)]:
        options = {"affine": True, "trackRunningStats": True, "momentum": 0.3}
        yield layer(kind, [channels], options, shape, ["train", "train"])
        yield layer(kind, [channels], options, shape, ["train", "eval"])
    yield layer("InstanceNorm2d", [4], {}, [4, 2, 3], ["eval"])
    yield layer("LocalResponseNorm", [2], {"alpha": 0.5, "k": 1.5}, plane)
    yield layer("LocalResponseNorm", [3], {"beta": 0.5}, line)
    yield layer("BatchNorm3d", [2], {}, volume, ["train", "eval"])


def dropouts():
    for kind, shape in [("AlphaDropout", [3, 4]), ("FeatureAlphaDropout", [2, 3, 2]), ("Dropout1d", [2, 3, 2]), ("Dropout2d", [2, 3, 2, 1]), ("Dropout3d", [3, 2, 1, 2])]:
        yield layer(kind, [0.3], {}, shape, ["eval"])
        yield layer(kind, [0.0], {}, shape)
        yield layer(kind, [1.0], {}, shape)


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
    yield from convolutions()
    yield from poolings()
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
    yield from normalisations()
    yield from dropouts()


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


def spatial():
    return nn.Sequential(
        nn.Conv1d(2, 4, 3, padding="same", padding_mode="circular"), nn.Conv3d(2, 2, 1, groups=2, bias=False, dilation=2, padding_mode="replicate", padding=(1, 0, 2)),
        nn.ConvTranspose1d(1, 2, 3, stride=2, output_padding=1), nn.ConvTranspose2d(2, 2, (1, 2), padding=(0, 1), bias=False),
        nn.ConvTranspose3d(2, 4, 2, groups=2, dilation=2), nn.MaxPool1d(2), nn.MaxPool3d((1, 2, 3), ceil_mode=True), nn.AvgPool1d(3, 2, 1),
        nn.AvgPool2d((2, 3), padding=1), nn.AvgPool3d(2, divisor_override=3), nn.AdaptiveAvgPool1d(3), nn.AdaptiveAvgPool2d((None, 3)),
        nn.AdaptiveAvgPool3d(2), nn.AdaptiveMaxPool1d(3), nn.AdaptiveMaxPool2d((2, 3)), nn.AdaptiveMaxPool3d((None, 1, 2)), nn.MaxUnpool1d(2),
        nn.MaxUnpool2d(2, stride=1), nn.MaxUnpool3d((1, 2, 2), padding=1), nn.LPPool1d(2, 3), nn.LPPool2d(1.5, (2, 3), stride=2, ceil_mode=True),
        nn.FractionalMaxPool2d(2, output_size=3), nn.FractionalMaxPool3d(2, output_ratio=0.5),
    )


def normalising():
    return nn.Sequential(
        nn.LayerNorm(4), nn.LayerNorm((3, 4), eps=0.001, elementwise_affine=False), nn.GroupNorm(2, 4), nn.GroupNorm(3, 6, affine=False),
        nn.InstanceNorm1d(3), nn.InstanceNorm2d(3, affine=True, track_running_stats=True), nn.InstanceNorm3d(2, momentum=0.3),
        nn.LocalResponseNorm(2, alpha=0.001, k=1.5), nn.BatchNorm3d(2),
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


sections = {"init": inits(), "fills": fills(), "layers": layers(), "models": [model("cnn", cnn()), model("spatial", spatial()), model("normalising", normalising()), model("shared", Shared())]}
body = ",\n".join(f'"{name}":[\n{lines(entries)}]' for name, entries in sections.items())
sys.stdout.write(f'{{"torch":{json.dumps(torch.__version__)},\n{body}}}\n')
