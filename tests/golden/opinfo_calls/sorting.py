"""Sorting and order statistics."""
from calls.sorting import CALLS as GOLDEN
from opinfo_calls.common import OMITTED, call


def in_order(fn):
    return lambda x, dim=-1, descending=False, stable=None: call(fn, x, dim, descending=descending)


def topk(x, k, dim=-1, largest=True, sorted=True):
    made = call("topk", x, k, dim)
    if not largest:
        made["args"].append({"largest": False})
    return made


def median(fn):
    def run(x, dim=None, keepdim=False):
        return call(fn, x) if dim is None else call(f"{fn}Along", x, dim, keepdim=keepdim)

    return run


def quantile(fn):
    def run(x, q, dim=None, keepdim=False, interpolation="linear"):
        return call(fn, x, q, OMITTED if dim is None else dim, keepdim=keepdim, interpolation=interpolation)

    return run


def own(made):
    """With ties as the stable sort leaves them: PyTorch does not say which of equal elements it gives."""
    return GOLDEN[made["fn"]](*made["args"])


CALLS = {
    "sort": in_order("sort"),
    "argsort": in_order("argsort"),
    "msort": lambda x: call("msort", x),
    "topk": topk,
    "kthvalue": lambda x, k, dim=-1, keepdim=False: call("kthvalue", x, k, dim, keepdim=keepdim),
    "median": median("median"),
    "nanmedian": median("nanmedian"),
    "mode": lambda x, dim=-1, keepdim=False: call("mode", x, dim, keepdim=keepdim),
    "quantile": quantile("quantile"),
    "nanquantile": quantile("nanquantile"),
}

RESULTS = {name: own for name in ("sort", "argsort", "topk", "kthvalue", "median", "nanmedian", "mode")}
