"""Layers: products, convolution, pooling, normalisation, losses."""
import torch

from calls.indexing import positions


def pooled(x, kernel, o=None, indices=False):
    o = dict(o or {})
    return torch.nn.functional.max_pool2d(
        x, kernel, stride=o.get("stride"), padding=o.get("padding", 0), dilation=o.get("dilation", 1),
        ceil_mode=o.get("ceilMode", False), return_indices=indices,
    )


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


CALLS = {
    "matmul": torch.matmul,
    "linear": torch.nn.functional.linear,
    "conv2d": lambda x, w, b=None, o=None: torch.nn.functional.conv2d(x, w, b, **(o or {})),
    "maxPool2d": pooled,
    "maxPool2dWithIndices": lambda x, kernel, o=None: list(pooled(x, kernel, o, True)),
    "softmax": torch.softmax,
    "logSoftmax": torch.log_softmax,
    "batchNorm": batch_norm,
    "classNll": class_nll,
}
