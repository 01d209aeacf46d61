"""Writing and joining by index."""
import torch

from opinfo_calls.common import Unmapped, call, operand, unmapped


def scatter(x, dim, index, src, reduce=None):
    return call("scatter", x, dim, index, operand(src), reduce=reduce)


def with_self(*args, include_self=True):
    return {"fn": args[0], "args": [*args[1:], *([] if include_self else [{"includeSelf": False}])]}


def scatter_reduce(x, dim, index, src, reduce, include_self=True):
    return with_self("scatterReduce", x, dim, index, src, reduce, include_self=include_self)


def index_reduce(x, dim, index, source, reduce, include_self=True):
    return with_self("indexReduce", x, dim, index, source, reduce, include_self=include_self)


def index_put(x, indices, values, accumulate=False):
    places = torch.arange(x.numel()).reshape(x.shape)[tuple(indices)]
    if not accumulate and values.requires_grad and places.unique().numel() < places.numel():
        raise Unmapped("values that are written over have a gradient in PyTorch")
    return call("indexPut", x, list(indices), values, accumulate=accumulate)


CALLS = {
    "scatter": scatter,
    **{f"scatter_reduce.{name}": scatter_reduce for name in ("sum", "prod", "mean", "amax", "amin")},
    "index_add": lambda x, dim, index, source, alpha=None: call("indexAdd", x, dim, index, source, alpha=alpha),
    "index_copy": lambda x, dim, index, source: call("indexCopy", x, dim, index, source),
    "index_fill": lambda x, dim, index, value: call("indexFill", x, dim, index, operand(value)),
    "index_reduce": index_reduce,
    "index_put": index_put,
    "put": lambda x, index, source, accumulate=False: call("put", x, index, source, accumulate=accumulate),
    "masked_scatter": lambda x, mask, source: call("maskedScatter", x, mask, source),
    "masked_fill": lambda x, mask, value: unmapped("a complex number") if isinstance(value, complex) else call("maskedFill", x, mask, value),
}
