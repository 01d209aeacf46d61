"""Running sums and products, statistics, differences."""
import torch

from opinfo_calls.common import OMITTED, Unmapped, axes, call, dtype_name


def scan(fn):
    return lambda x, dim, dtype=None: call(fn, x, dim, dtype=dtype_name(dtype))


def spread(fn):
    def run(x, dim=None, unbiased=None, keepdim=False, correction=None):
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        if unbiased is False:
            correction = 0
        made = call(fn, x, axes(dim), keepdim=keepdim)
        if correction is not None:
            made["args"] = [x, axes(dim), {"keepdim": keepdim, "correction": correction}]
        return made

    return run


def reduction(fn):
    return lambda x, dim=None, keepdim=False, dtype=None: call(fn, x, axes(dim), keepdim=keepdim, dtype=dtype_name(dtype))


def cov(x, correction=1, fweights=None, aweights=None):
    made = call("cov", x, fweights=fweights, aweights=aweights)
    if correction != 1:
        made["args"] = [x, {**(made["args"][1] if len(made["args"]) > 1 else {}), "correction": correction}]
    return made


def diff(x, n=1, dim=-1, prepend=None, append=None):
    return {"fn": "diff", "args": [x, {"n": n, "dim": dim, "prepend": prepend, "append": append}]}


def trapezoid(fn):
    def run(y, x=None, dx=None, dim=None):
        made = call(fn, y, OMITTED if x is None else x, dx=dx)
        if dim is not None:
            made["args"] = [y, OMITTED if x is None else x, {"dim": dim, **({"dx": dx} if dx is not None else {})}]
        return made

    return run


def gradient(x, spacing=None, dim=None, edge_order=1):
    if x.dtype in (torch.int64,):
        raise Unmapped("int64")
    made = call("gradient", x, spacing=spacing, edgeOrder=edge_order)
    if dim is not None:
        made["args"][1]["dim"] = axes(dim)
    return made


def aminmax(x, dim=None, keepdim=False):
    if x.dim() == 0 and keepdim:
        raise Unmapped("PyTorch 1.13 gives a 0-d tensor a dimension here")
    return call("aminmax", x, axes(dim), keepdim=keepdim)


ACCEPTED = {
    "gradient": {"same device": "int32 places are accepted for floats"},
}
"""Error inputs that we accept on purpose: part of PyTorch's message → why."""

CALLS = {
    "prod": reduction("prod"),
    "cumsum": scan("cumsum"),
    "cumprod": scan("cumprod"),
    "cummax": scan("cummax"),
    "cummin": scan("cummin"),
    "logcumsumexp": scan("logcumsumexp"),
    "nansum": reduction("nansum"),
    "nanmean": reduction("nanmean"),
    "aminmax": aminmax,
    "count_nonzero": lambda x, dim=None: call("countNonzero", x, axes(dim)),
    "var_mean": spread("varMean"),
    "std_mean": spread("stdMean"),
    "cov": cov,
    "corrcoef": lambda x: call("corrcoef", x),
    "diff": diff,
    "trapezoid": trapezoid("trapezoid"),
    "trapz": trapezoid("trapz"),
    "cumulative_trapezoid": trapezoid("cumulativeTrapezoid"),
    "gradient": gradient,
}
