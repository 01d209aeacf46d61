"""Searching among sorted values, distinct values, histograms."""
import torch

from calls.indexing import positions


def searchsorted(sequence, values, o=None):
    o = dict(o or {})
    if "sorter" in o:
        o["sorter"] = positions(o["sorter"])
    if not torch.is_tensor(values) and not sequence.is_floating_point():
        # 1.13 cuts a number to the sequence's dtype.
        sequence, values = sequence.double(), torch.tensor(values, dtype=torch.float64)
        if sequence.dim() != 1:
            raise ValueError("a number for many sequences")
    return torch.searchsorted(sequence, values, **o)


def bucketize(x, boundaries, o=None):
    if not torch.is_tensor(x):
        return searchsorted(boundaries, x, o)
    return torch.bucketize(x, boundaries, **(o or {}))


def in_order(x):
    """Distinct values with every NaN at the end: 1.13 leaves them anywhere."""
    values = x.sort()[0]
    return values[torch.cat([torch.ones(1, dtype=torch.bool), values[1:] != values[:-1]])]


def unique(fn):
    def run(x, o=None):
        o = o or {}
        inverse, counts = o.get("returnInverse", False), o.get("returnCounts", False)
        if fn is torch.unique and x.is_floating_point() and x.isnan().any():
            return in_order(x)
        result = fn(x, return_inverse=inverse, return_counts=counts, dim=o.get("dim"))
        return list(result) if inverse or counts else result

    return run


def bincount(x, o=None):
    o = o or {}
    if x.numel() == 0 and o.get("weights") is not None:
        return torch.zeros(o.get("minlength", 0), dtype=o["weights"].dtype)  # 1.13 gives integers here
    return torch.bincount(x, o.get("weights"), o.get("minlength", 0))


def histc(x, bins=100, low=0, high=0):
    if low != high:
        x = x[~x.isnan()]  # documented to be ignored; 1.13 counts them somewhere
    return torch.histc(x, bins, low, high)


def histogram(x, bins, o=None):
    if (o or {}).get("range") and o.get("weight") is None:
        x = x[~x.isnan()]  # 1.13 counts them somewhere
    return list(torch.histogram(x, bins, **(o or {})))


def histogramdd(x, bins, o=None):
    hist, edges = torch.histogramdd(x, bins, **(o or {}))
    return [hist, *edges]


CALLS = {
    "searchsorted": searchsorted,
    "bucketize": bucketize,
    "unique": unique(torch.unique),
    "uniqueSync": unique(torch.unique),
    "uniqueConsecutive": unique(torch.unique_consecutive),
    "uniqueConsecutiveSync": unique(torch.unique_consecutive),
    "bincount": bincount,
    "bincountSync": bincount,
    "histc": histc,
    "histogram": histogram,
    "histogramdd": histogramdd,
}
