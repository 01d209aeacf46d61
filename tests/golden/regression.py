"""The linear regression of apps/regression as PyTorch computes it, for apps/regression/src/program.test.ts, as JSON.

    /usr/bin/python3 tests/golden/regression.py > apps/regression/src/golden/regression.json

Made with PyTorch 1.13.0a0 (Debian's python3-torch 1.13.1).

  x             the points' places, the same in every run
A run:
  seed          what manual_seed got
  y             the points' heights
  start, end    weight and bias before the first and after the last step
  losses        the loss before each step
"""
import json

import torch
from torch import nn


def regression(seed=0, steps=300):
    torch.manual_seed(seed)
    x = torch.linspace(-1, 1, 200).unsqueeze(1)
    y = 0.5 * x + 0.1 * torch.randn(x.shape)

    model = nn.Sequential(nn.Linear(1, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    loss_fn = nn.MSELoss()

    losses = []
    for step in range(steps):
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return x, y, model, losses


def parameters(model):
    return {name: value.flatten().tolist() for name, value in model.state_dict().items()}


def run(seed):
    start = regression(seed, steps=0)[2]
    _, y, model, losses = regression(seed)
    return {
        "seed": seed,
        "start": parameters(start),
        "end": parameters(model),
        "y": y.flatten().tolist(),
        "losses": losses,
    }


x = regression(steps=0)[0].flatten().tolist()
runs = ",\n".join(json.dumps(run(seed)) for seed in (0, 1, 20260101))
print(f'{{"torch":{json.dumps(torch.__version__)},\n"x":{json.dumps(x)},\n"runs":[\n{runs}]}}')
