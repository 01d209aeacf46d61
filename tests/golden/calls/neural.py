"""Layers: products, normalisation, losses."""
import torch

from calls.indexing import positions
from tensors import DTYPES


def softmax(fn):
    return lambda x, axis, o=None: fn(x, axis, dtype=DTYPES[o["dtype"]] if o else None)


def batch_norm(x, mean, var, o=None):
    o = dict(o or {})
    mean, var = (None if r is None else r.clone() for r in (mean, var))
    y = torch.nn.functional.batch_norm(
        x, mean, var, o.get("weight"), o.get("bias"), training=o.get("training", False),
        momentum=o.get("momentum", 0.1), eps=o.get("eps", 1e-5),
    )
    return [y] + [r for r in (mean, var) if r is not None]


def class_nll(x, target, ignore, _caller):
    return torch.nn.functional.nll_loss(x, positions(target), ignore_index=ignore, reduction="none")


def softmax_nll(x, target, ignore, _caller):
    return torch.nn.functional.cross_entropy(x, positions(target), ignore_index=ignore, reduction="none")


def ctc_nll(x, labels, times, lengths, o=None):
    o = o or {}
    return torch.nn.functional.ctc_loss(
        x, positions(labels), times.long(), lengths.long(), blank=o.get("blank", 0), reduction="none",
        zero_infinity=o.get("zeroInfinity", False),
    )


CALLS = {
    "matmul": torch.matmul,
    "linear": torch.nn.functional.linear,
    "softmax": softmax(torch.softmax),
    "logSoftmax": softmax(torch.log_softmax),
    "batchNorm": batch_norm,
    "classNll": class_nll,
    "softmaxNll": softmax_nll,
    "ctcNll": ctc_nll,
}
