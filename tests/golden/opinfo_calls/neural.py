"""Layers."""
from opinfo_calls.common import Unmapped, call


def softmax(fn):
    def run(x, dim, dtype=None, _stacklevel=3):
        return call(fn, x if dtype is None or dtype == x.dtype else cast_first(x, dtype), dim)

    return run


def cast_first(x, dtype):
    raise Unmapped("a cast before it, which our call writes as x.to(dtype)")


def conv2d(x, w, b=None, stride=1, padding=0, dilation=1, groups=1):
    if isinstance(padding, str):
        raise Unmapped(f"padding '{padding}'")
    if x.dim() != 4:
        raise Unmapped("unbatched input")
    pair = lambda v: list(v) if isinstance(v, (tuple, list)) and len(v) == 2 else v[0] if isinstance(v, (tuple, list)) else v
    return call("conv2d", x, w, b, stride=pair(stride), padding=pair(padding), dilation=pair(dilation), groups=groups)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    if x.dim() != 4:
        raise Unmapped("unbatched input")
    fn = "maxPool2dWithIndices" if return_indices else "maxPool2d"
    pair = lambda v: list(v) if isinstance(v, tuple) else v
    return call(fn, x, pair(kernel_size), stride=pair(stride), padding=pair(padding), dilation=pair(dilation), ceilMode=ceil_mode)


def batch_norm(x, mean, var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    if x.dim() < 2:
        raise Unmapped("a single dimension")
    return call("batchNorm", x, mean, var, weight=weight, bias=bias, training=training, momentum=momentum, eps=eps)


def nll_loss(x, target, weight=None, reduction="mean", ignore_index=-100):
    if weight is not None or reduction != "none" or x.dim() < 2:
        raise Unmapped("weights, reductions and single samples belong to the losses package")
    return call("classNll", x, target, ignore_index, "nllLoss")


def updated(x, mean, var, *_args, **_kwargs):
    return [r for r in (mean, var) if r is not None]


UPDATED = {"nn.functional.batch_norm": updated, "nn.functional.batch_norm.without_cudnn": updated}
"""Tensors that a call writes into, which our call gives after its result."""


CALLS = {
    "softmax": softmax("softmax"),
    "softmax.with_dtype": softmax("softmax"),
    "log_softmax": softmax("logSoftmax"),
    "log_softmax.dtype": softmax("logSoftmax"),
    "nn.functional.linear": lambda x, w, b=None: call("linear", x, w, b),
    "nn.functional.conv2d": conv2d,
    "nn.functional.max_pool2d": max_pool2d,
    "nn.functional.batch_norm": batch_norm,
    "nn.functional.batch_norm.without_cudnn": batch_norm,
    "nn.functional.nll_loss": nll_loss,
}
