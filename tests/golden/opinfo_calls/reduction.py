"""Reductions."""
from opinfo_calls.common import axes, call, dtype_name, sizes


def reduction(fn):
    return lambda x, dim=None, keepdim=False, dtype=None: call(fn, x, axes(dim), keepdim=keepdim, dtype=dtype_name(dtype))


def one_axis(fn):
    return lambda x, dim=None, keepdim=False: call(fn, x, axes(dim), keepdim=keepdim)


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


def truth(fn):
    return lambda x, dim=None, keepdim=False: call(fn, x, axes(dim), keepdim=keepdim)


def along(fn):
    return lambda x, dim, keepdim=False: call(fn, x, axes(dim), keepdim=keepdim)


CALLS = {
    "sum": reduction("sum"),
    "mean": reduction("mean"),
    "var": spread("variance"),
    "std": spread("std"),
    "amax": reduction("amax"),
    "amin": reduction("amin"),
    "argmax": one_axis("argmax"),
    "argmin": one_axis("argmin"),
    "max.reduction_with_dim": along("max"),
    "min.reduction_with_dim": along("min"),
    "max.reduction_no_dim": lambda x: call("max", x),
    "min.reduction_no_dim": lambda x: call("min", x),
    "all": truth("all"),
    "any": truth("any"),
    "logsumexp": lambda x, dim, keepdim=False: call("logsumexp", x, axes(dim), keepdim=keepdim),
    "sum_to_size": lambda x, *size: call("sumTo", x, sizes(x, *size)),
}
