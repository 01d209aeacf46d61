"""Lookups: positions, tables, segments, membership."""
import torch
import torch.nn.functional as F

from calls.indexing import at, positions, set_at

NAMES = {
    "paddingIdx": "padding_idx", "maxNorm": "max_norm", "normType": "norm_type", "scaleGradByFreq": "scale_grad_by_freq",
    "perSampleWeights": "per_sample_weights", "includeLastOffset": "include_last_offset", "offsets": "offsets", "mode": "mode",
}


def renamed(o):
    return {NAMES[k]: positions(v) if torch.is_tensor(v) else v for k, v in (o or {}).items()}


def with_table(fn):
    """The result, and the table too where it is scaled in place."""

    def run(indices, weight, o=None):
        if indices.dim() == 2 and indices.shape[1] == 0 and fn is F.embedding_bag:
            return torch.zeros(indices.shape[0], weight.shape[1], dtype=weight.dtype)  # 1.13 refuses empty bags of one size
        y = fn(positions(indices), weight, **renamed(o))
        return [y, weight] if (o or {}).get("maxNorm") is not None else y

    return run


def segment_reduce(x, reduce, o):
    if x.numel() == 0 and set(o) == {"lengths"}:
        # 1.13 refuses it: what each reduction gives for nothing.
        nothing = {"sum": 0.0, "mean": float("nan"), "max": float("-inf"), "min": float("inf"), "prod": 1.0}[reduce]
        return torch.full((o["lengths"].numel(), *x.shape[1:]), nothing, dtype=x.dtype)
    o = {k: positions(v) if torch.is_tensor(v) else v for k, v in o.items()}
    return torch.segment_reduce(x, reduce, **o)


def isin(elements, tests, o=None):
    o = o or {}
    options = {"assume_unique": o.get("assumeUnique", False), "invert": o.get("invert", False)}
    if not torch.is_tensor(elements) and not torch.is_tensor(tests):
        raise TypeError("two numbers")
    if torch.is_tensor(elements) and torch.is_tensor(tests):
        dtype = torch.promote_types(elements.dtype, tests.dtype)
        elements, tests = elements.to(dtype), tests.to(dtype)
    # 1.13 does not take bools here.
    elements, tests = (x.int() if torch.is_tensor(x) and x.dtype == torch.bool else x for x in (elements, tests))
    return torch.isin(elements, tests, **options)


CALLS = {
    "atAsync": at,
    "setAtAsync": set_at,
    "take": lambda x, index: torch.take(x, positions(index)),
    "takeAlongDim": lambda x, index, dim=None: torch.take_along_dim(x, positions(index), dim),
    "oneHot": lambda x, classes: F.one_hot(positions(x), classes),
    "oneHotAsync": lambda x: F.one_hot(positions(x)),
    "embedding": with_table(F.embedding),
    "embeddingBag": with_table(F.embedding_bag),
    "segmentReduce": segment_reduce,
    "isin": isin,
}
