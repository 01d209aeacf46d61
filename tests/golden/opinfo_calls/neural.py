"""Layers."""
from opinfo_calls.common import call, dtype_name


def softmax(fn):
    return lambda x, dim, dtype=None, _stacklevel=3: call(fn, x, dim, dtype=dtype_name(dtype))


def batch_norm(x, mean, var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    return call("batchNorm", x, mean, var, weight=weight, bias=bias, training=training, momentum=momentum, eps=eps)


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
    "nn.functional.batch_norm": batch_norm,
    "nn.functional.batch_norm.without_cudnn": batch_norm,
}
