"""PyTorch's part in the benchmark, on one thread: speaks the protocol of serve.ts."""
import json
import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"


def say(**answer):
    print(json.dumps(answer), flush=True)


try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError:
    say(missing="not installed (Debian: python3-torch)")
    sys.exit()

torch.set_num_threads(1)


def addition(size, recorded):
    a = torch.arange(float(size)).requires_grad_(recorded)
    b = torch.arange(float(size))

    def task(times):
        with torch.set_grad_enabled(recorded):
            for _ in range(times):
                y = a + b
        assert y.requires_grad == recorded

    return task


def regression():
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 200).unsqueeze(1)
    y = 0.5 * x + 0.1 * torch.randn(x.shape)

    def program():
        model = nn.Sequential(nn.Linear(1, 1))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        loss_fn = nn.MSELoss()
        losses = []
        for _ in range(300):
            loss = loss_fn(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[-1] < 0.02

    return repeat(program)


def training_step(model, x, classes):
    target = torch.randint(0, classes, x.shape[:1])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_fn = nn.CrossEntropyLoss()

    def step():
        loss = loss_fn(model(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return repeat(step)


def mlp():
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    return training_step(model, torch.randn(128, 784), 10)


def cnn():
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(2048, 10),
    )
    return training_step(model, torch.randn(64, 3, 32, 32), 10)


def square(n):
    a, b = torch.randn(n, n), torch.randn(n, n)
    return repeat(lambda: a @ b)


def convolution():
    x = torch.randn(64, 16, 16, 16, requires_grad=True)
    w = torch.randn(32, 16, 3, 3, requires_grad=True)
    g = torch.randn(64, 32, 16, 16)

    def both_ways():
        x.grad = w.grad = None
        functional.conv2d(x, w, padding=1).backward(g)

    return repeat(both_ways)


def repeat(work):
    def task(times):
        for _ in range(times):
            work()

    return task


ROWS = {
    "add-10-off": lambda: addition(10, False),
    "add-10-on": lambda: addition(10, True),
    "add-32-off": lambda: addition(32, False),
    "regression": regression,
    "mlp": mlp,
    "cnn": cnn,
    "matmul-64": lambda: square(64),
    "matmul-256": lambda: square(256),
    "matmul-512": lambda: square(512),
    "conv2d": convolution,
}

row = sys.argv[-1]
if row not in ROWS:
    say(version=torch.__version__, missing="not written for this library")
    sys.exit()
task = ROWS[row]()
say(version=torch.__version__)
for line in sys.stdin:
    times = int(line)
    start = time.perf_counter()
    task(times)
    say(ms=(time.perf_counter() - start) * 1e3)
