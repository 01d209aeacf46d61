"""Starting weights of the networks of apps/street-digits in PyTorch, for apps/street-digits/src/models.test.ts, as JSON.

    /usr/bin/python3 tests/golden/digit-models.py > apps/street-digits/src/golden/digit-models.json

Made with PyTorch 1.13.0a0 (Debian's python3-torch 1.13.1).

An entry is a network after a manual_seed:
  preset, seed
  entries       of its state dict, in order: name, shape, and CRC-32 of the bytes (float32, little endian), but for
                num_batches_tracked
"""
import json
import zlib

import torch
from torch import nn


def convolution(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]


def block(inputs, outputs):
    return [*convolution(inputs, outputs), nn.MaxPool2d(2)]


def double_block(inputs, outputs):
    return [*convolution(inputs, outputs), *convolution(outputs, outputs), nn.MaxPool2d(2), nn.Dropout(0.2)]


PRESETS = {
    "tiny": lambda: [*block(3, 16), *block(16, 32), *block(32, 64), nn.Flatten(), nn.Dropout(0.2), nn.Linear(1024, 10)],
    "small": lambda: [*block(3, 32), *block(32, 64), *block(64, 128), nn.Flatten(), nn.Dropout(0.3), nn.Linear(2048, 10)],
    "base": lambda: [
        *double_block(3, 32),
        *double_block(32, 64),
        *double_block(64, 128),
        nn.Flatten(),
        nn.Linear(2048, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, 10),
    ],
}


def entry(name, value):
    found = {"name": name, "shape": list(value.shape)}
    if not name.endswith("num_batches_tracked"):
        found["crc32"] = zlib.crc32(value.contiguous().numpy().astype("<f4").tobytes())
    return found


def case(preset, seed):
    torch.manual_seed(seed)
    entries = [entry(name, value) for name, value in nn.Sequential(*PRESETS[preset]()).state_dict().items()]
    return {"preset": preset, "seed": seed, "entries": entries}


cases = ",\n".join(json.dumps(case(preset, seed)) for preset in PRESETS for seed in (0, 42))
print(f'{{"torch":{json.dumps(torch.__version__)},\n"cases":[\n{cases}]}}')
