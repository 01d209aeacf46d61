"""Single functions of PyTorch. It computes at once: a result that is held has been computed."""
import torch
from torch.nn import functional


def each_held(work):
    """Work whose results are held until the next is there. It is told the turn, so that its operands can alternate."""
    state = {"turn": 0, "held": None}

    def task(times):
        for _ in range(times):
            state["held"] = work(state["turn"])
            state["turn"] += 1

    return task


def alternating(make):
    pair = (make(), make())
    return lambda turn: pair[turn % 2]


def square(n, product=lambda a, b: a @ b):
    operands = alternating(lambda: (torch.randn(n, n), torch.randn(n, n)))
    return each_held(lambda turn: product(*operands(turn)))


SHAPE = (32, 64, 16, 16)


def convolution():
    x = alternating(lambda: torch.randn(SHAPE))
    w = torch.randn(64, 64, 3, 3)
    return each_held(lambda turn: functional.conv2d(x(turn), w, padding=1))


def convolution_both_ways():
    inputs = alternating(lambda: torch.randn(SHAPE, requires_grad=True))
    w = torch.randn(64, 64, 3, 3, requires_grad=True)
    g = torch.randn(SHAPE)

    def both_ways(turn):
        x = inputs(turn)
        x.grad = w.grad = None
        functional.conv2d(x, w, padding=1).backward(g)
        return x.grad, w.grad

    return each_held(both_ways)


def on_array(shape, work):
    x = alternating(lambda: torch.randn(shape))
    return each_held(lambda turn: work(x(turn)))


def normalise():
    x = alternating(lambda: torch.randn(1024, 768))
    weight, bias = torch.randn(768), torch.randn(768)
    return each_held(lambda turn: functional.layer_norm(x(turn), (768,), weight, bias))


def dependent_adds():
    addend = alternating(lambda: torch.randn(10))

    def task(times):
        for i in range(times):
            y = addend(i)
            for step in range(1000):
                y = y + addend(step)
                last = y.numpy()[9]
        return float(last)

    return task


def addition(recorded):
    a = torch.arange(10.0).requires_grad_(recorded)
    b = torch.arange(10.0)

    def task(times):
        with torch.set_grad_enabled(recorded):
            for _ in range(times):
                y = a + b
        assert y.requires_grad == recorded

    return task


KERNELS = {
    "matmul64": lambda: square(64),
    "matmul256": lambda: square(256),
    "matmul512": lambda: square(512),
    "matmul1024": lambda: square(1024),
    "matmul512_ta": lambda: square(512, lambda a, b: a.T @ b),
    "matmul512_tb": lambda: square(512, lambda a, b: a @ b.T),
    "matmul512_tatb": lambda: square(512, lambda a, b: a.T @ b.T),
    "conv_fwd": convolution,
    "conv_fwd_bwd": convolution_both_ways,
    "chain1M": lambda: on_array((2**20,), lambda x: torch.relu(1.5 * x + 0.5)),
    "softmax": lambda: on_array((1024, 1000), lambda x: torch.softmax(x, 1)),
    "sum_all": lambda: on_array((1024, 1000), lambda x: x.sum()),
    "sum_axis0": lambda: on_array((1024, 1000), lambda x: x.sum(0)),
    "layernorm": normalise,
    "small_add_x1000": dependent_adds,
    "add10_unrecorded": lambda: addition(False),
    "add10_recorded": lambda: addition(True),
}
