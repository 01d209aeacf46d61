"""Lookups: positions, tables, segments, membership."""
from opinfo_calls.common import call, unmapped


def embedding(weight, indices, padding_idx=None, max_norm=None, norm_type=None, scale_grad_by_freq=False, sparse=False):
    if sparse:
        unmapped("a sparse gradient")
    return call("embedding", indices, weight, paddingIdx=padding_idx, maxNorm=max_norm, normType=norm_type, scaleGradByFreq=scale_grad_by_freq)


def embedding_bag(
    weight, indices, offsets=None, max_norm=None, norm_type=None, scale_grad_by_freq=False, mode="mean", sparse=False,
    per_sample_weights=None, include_last_offset=False, padding_idx=None,
):
    if sparse:
        unmapped("a sparse gradient")
    return call(
        "embeddingBag", indices, weight, offsets=offsets, maxNorm=max_norm, normType=norm_type, scaleGradByFreq=scale_grad_by_freq,
        mode=mode, perSampleWeights=per_sample_weights, includeLastOffset=include_last_offset, paddingIdx=padding_idx,
    )


def segment_reduce(x, reduce, lengths=None, offsets=None, axis=0, unsafe=False, initial=None):
    return call("segmentReduce", x, reduce, lengths=lengths, offsets=offsets, axis=axis, unsafe=unsafe, initial=initial)


def scaled(weight, *args, max_norm=None, **kwargs):
    """The table, where it is scaled in place."""
    return [] if max_norm is None else [weight]


CALLS = {
    "isin": lambda x, tests, assume_unique=False, invert=False: call("isin", x, tests, assumeUnique=assume_unique, invert=invert),
    "take": lambda x, index: call("take", x, index),
    "take_along_dim": lambda x, indices, dim=None: call("takeAlongDim", x, indices, dim),
    "nn.functional.embedding": embedding,
    "nn.functional.embedding_bag": embedding_bag,
    "nn.functional.one_hot": lambda x, num_classes=-1: call("oneHot", x, num_classes),
    "segment_reduce.lengths": segment_reduce,
    "segment_reduce.offsets": segment_reduce,
}

UPDATED = {"nn.functional.embedding": scaled, "nn.functional.embedding_bag": scaled}
