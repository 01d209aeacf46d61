"""Reductions."""
import torch

from tensors import DTYPES


def axes_call(fn, **fixed):
    """A reduction: x, axes or None, { keepdim, dtype, correction }."""

    def run(x, axes=None, o=None):
        o = dict(o or {})
        if "dtype" in o:
            x = x.to(DTYPES[o.pop("dtype")])
        everything = list(range(x.dim()))
        return fn(x, everything if axes is None or axes == [] else axes, **{"keepdim": False, **fixed, **o})

    return run


def reduce_truth(any_or_all):
    """torch.any and torch.all take one dimension at a time."""

    def run(x, axes=None, o=None):
        keepdim = (o or {}).get("keepdim", False)
        torch.sum(x, [] if axes is None else axes)  # refuses what one dimension at a time would not
        rank = max(x.dim(), 1)
        dims = range(rank) if axes is None else [axes] if isinstance(axes, int) else axes
        y = x.bool()
        for dim in sorted((d % rank for d in dims), reverse=True):
            y = any_or_all(y, dim, keepdim=keepdim)
        return y

    return run


def position(fn):
    return lambda x, axis=None, o=None: fn(x, axis, **(o or {}))


def along(fn):
    def run(x, axis, o=None):
        values, indices = fn(x, axis, **(o or {}))
        return [values, indices]

    return run


def extreme(fn):
    def run(x, axis=None, o=None):
        if axis is None or torch.is_tensor(axis):
            return fn(x) if axis is None else fn(x, axis)
        return along(fn)(x, axis, o)

    return run


def sum_to(x, shape):
    return x.sum_to_size(shape)


CALLS = {
    "sum": axes_call(torch.sum),
    "mean": axes_call(torch.mean),
    "variance": axes_call(torch.var, correction=1),
    "std": axes_call(torch.std, correction=1),
    "amax": axes_call(torch.amax),
    "amin": axes_call(torch.amin),
    "argmax": position(torch.argmax),
    "argmin": position(torch.argmin),
    "max": extreme(torch.max),
    "min": extreme(torch.min),
    "any": reduce_truth(torch.any),
    "all": reduce_truth(torch.all),
    "sumTo": sum_to,
    "logsumexp": lambda x, axis, o=None: torch.logsumexp(x, axis, **(o or {})),
    "var": axes_call(torch.var, correction=1),
}
