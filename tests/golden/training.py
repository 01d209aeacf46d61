"""Writes the losses of two small networks that PyTorch trains: what backends of packages/backend-conformance must follow.

    /usr/bin/python3 tests/golden/training.py packages/backend-conformance/src/golden

Made with PyTorch 1.13.0a0 (Debian's python3-torch 1.13.1) in float32 on the CPU; the same in float64 stays within 1e-4 of it.
The numbers are those of packages/backend-conformance/src/checks/training.ts, drawn as in src/draw.ts.
"""
import json
import sys
from pathlib import Path

import torch
from torch.nn import functional as F

STEPS = 30
RATE = 0.05
SIZE = 16
CLASSES = 3
MASK = 0xFFFFFFFF


def uniform_numbers(seed):
    """src/draw.ts: evenly distributed numbers in [0, 1) with 24 bits."""
    state = ((seed + 1) * 0x9E3779B1) & MASK
    while True:
        state = (state + 0x6D2B79F5) & MASK
        z = ((state ^ (state >> 15)) * (state | 1)) & MASK
        z ^= (z + (((z ^ (z >> 7)) * (z | 61)) & MASK)) & MASK
        yield ((z ^ (z >> 14)) >> 8) / 2**24


def drawn(shape, width, seed, dtype):
    numbers = uniform_numbers(seed * 101 + seed)
    count = torch.Size(shape).numel()
    values = torch.tensor([-width + next(numbers) * 2 * width for _ in range(count)], dtype=torch.float64)
    return values.to(torch.float32).to(dtype).reshape(shape)


def regression(dtype):
    x = drawn([SIZE, 4], 2, 50, dtype)
    wanted = torch.tanh(x[:, :2].sum(1, keepdim=True))
    shapes = [([8, 4], 0.5), ([8], 0.5), ([1, 8], 0.35), ([1], 0.35)]

    def loss(w1, b1, w2, b2):
        return F.mse_loss(F.linear(torch.tanh(F.linear(x, w1, b1)), w2, b2), wanted)

    return shapes, loss


def classification(dtype):
    x = drawn([SIZE, 1, 8, 8], 1, 60, dtype)
    classes = torch.arange(SIZE) % CLASSES
    shapes = [([4, 1, 3, 3], 0.3), ([4], 0.3), ([4], 1), ([4], 0.5), ([CLASSES, 64], 0.125), ([CLASSES], 0.125)]

    def loss(w, b, scale, shift, last, bias):
        even = F.batch_norm(F.conv2d(x, w, b, padding=1), None, None, scale, shift, training=True)
        features = F.max_pool2d(F.relu(even), 2).flatten(1)
        return F.cross_entropy(F.linear(features, last, bias), classes)

    return shapes, loss


def train(make, dtype):
    shapes, loss = make(dtype)
    parameters = [drawn(shape, width, i + 1, dtype).requires_grad_() for i, (shape, width) in enumerate(shapes)]
    optimizer = torch.optim.SGD(parameters, lr=RATE, momentum=0.9)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        value = loss(*parameters)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


def main():
    torch.set_num_threads(1)
    out = {"torch": torch.__version__}
    for make in (regression, classification):
        losses = train(make, torch.float32)
        exact = train(make, torch.float64)
        worst = max(abs(a - b) / b for a, b in zip(losses, exact))
        if worst > 1e-4:
            raise SystemExit(f"{make.__name__}: float32 and float64 differ by {worst}")
        print(f"{make.__name__}: {losses[0]:.4f} to {losses[-1]:.4f}, float32 within {worst:.1e} of float64")
        out[make.__name__] = losses
    Path(sys.argv[1], "training.json").write_text(json.dumps(out) + "\n")


main()
