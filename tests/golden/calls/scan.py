"""Running sums and products, statistics, differences."""
import torch

from calls.reduction import axes_call
from tensors import DTYPES


def cast(x, o):
    o = dict(o or {})
    return (x.to(DTYPES[o.pop("dtype")]) if "dtype" in o else x), o


def scan(fn):
    def run(x, dim, o=None):
        x, _ = cast(x, o)
        return fn(x, dim)

    return run


def pair(fn):
    return lambda x, dim: list(fn(x, dim))


def prod(x, dim=None, o=None):
    x, o = cast(x, o)
    if dim is not None:
        return torch.prod(x, dim, **o)
    y = torch.prod(x)
    return y.reshape([1] * x.dim()) if o.get("keepdim") else y


def nan_reduction(fn):
    def run(x, axes=None, o=None):
        x, o = cast(x, o)
        return fn(x, list(range(x.dim())) if axes is None else axes, **o)

    return run


def trapezoid(fn):
    def run(y, x=None, o=None):
        o = dict(o or {})
        return fn(y, **o) if x is None else fn(y, x, **{k: v for k, v in o.items() if k == "dim"})

    return run


def gradient(x, o=None):
    o = dict(o or {})
    if "edgeOrder" in o:
        o["edge_order"] = o.pop("edgeOrder")
    return list(torch.gradient(x, **o))


def aminmax(x, dim=None, o=None):
    """By amin and amax: torch.aminmax has no gradient in 1.13."""
    axes = list(range(x.dim())) if dim is None else dim
    return [torch.amin(x, axes, **(o or {})), torch.amax(x, axes, **(o or {}))]


CALLS = {
    "prod": prod,
    "cumsum": scan(torch.cumsum),
    "cumprod": scan(torch.cumprod),
    "cummax": pair(torch.cummax),
    "cummin": pair(torch.cummin),
    "logcumsumexp": scan(torch.logcumsumexp),
    "nansum": nan_reduction(torch.nansum),
    "nanmean": nan_reduction(torch.nanmean),
    "aminmax": aminmax,
    "countNonzero": lambda x, axes=None: torch.count_nonzero(x, dim=list(range(x.dim())) if axes is None else axes),
    "varMean": axes_call(lambda x, axes, **o: list(torch.var_mean(x, axes, **o)), correction=1),
    "stdMean": axes_call(lambda x, axes, **o: list(torch.std_mean(x, axes, **o)), correction=1),
    "cov": lambda x, o=None: torch.cov(x, **(o or {})),
    "corrcoef": torch.corrcoef,
    "diff": lambda x, o=None: torch.diff(x, **(o or {})),
    "trapezoid": trapezoid(torch.trapezoid),
    "trapz": trapezoid(torch.trapz),
    "cumulativeTrapezoid": trapezoid(torch.cumulative_trapezoid),
    "gradient": gradient,
}
