"""Searching among sorted values, distinct values, histograms."""
from calls.counting import CALLS as GOLDEN
from opinfo_calls.common import call


def unique(fn):
    def run(x, sorted=True, return_inverse=False, return_counts=False, dim=None):
        made = call(fn, x, returnInverse=return_inverse, returnCounts=return_counts)
        if dim is not None:
            made["args"] = [x, {**(made["args"][1] if len(made["args"]) > 1 else {}), "dim": dim}]
        return made

    return run


def searchsorted(sequence, values, out_int32=False, right=False, side=None, sorter=None):
    return call("searchsorted", sequence, values, right=right, side=side, sorter=sorter)


def bincount(x, weights=None, minlength=0):
    return call("bincount", x, weights=weights, minlength=minlength or None)


def histogram(fn):
    def run(x, bins, range=None, weight=None, density=False):
        bins = list(bins) if isinstance(bins, (tuple, list)) else bins
        return call(fn, x, bins, range=range and list(range), weight=weight, density=density)

    return run


def own(made):
    """In order, or as one list of tensors."""
    return GOLDEN[made["fn"]](*made["args"])


CALLS = {
    "unique": unique("unique"),
    "unique_consecutive": unique("uniqueConsecutive"),
    "searchsorted": searchsorted,
    "bucketize": lambda x, boundaries, out_int32=False, right=False: call("bucketize", x, boundaries, right=right),
    "bincount": bincount,
    "histc": lambda x, bins=100, min=0, max=0: call("histc", x, bins, min, max),
    "histogram": histogram("histogram"),
    "histogramdd": histogram("histogramdd"),
}

RESULTS = {"unique": own, "histogramdd": own}
