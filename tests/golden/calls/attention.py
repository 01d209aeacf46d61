"""Attention and dropout. What is drawn comes from Flambeau's own stream for masks, so both are written as formulas."""
import math

import torch
import torch.nn.functional as F

from calls.creation import uniform_mask

ALPHA = 1.7580993408473766


def repeated(x, heads):
    return x.repeat_interleave(heads // x.shape[-3], -3)


def attention(q, k, v, o=None):
    """As today's scaled_dot_product_attention, which 1.13 lacks, says of itself; lines without a key give zeros."""
    o = o or {}
    mask, p = o.get("attnMask"), o.get("dropoutP", 0)
    if mask is not None and o.get("isCausal"):
        raise ValueError("two masks")
    if mask is not None and mask.dtype not in (torch.bool, q.dtype) or not q.is_floating_point():
        raise TypeError("the dtypes do not fit")
    if min(x.dim() for x in (q, k, v)) < 2:
        raise ValueError("a vector")
    wide = [x.double() for x in (q, k, v)]
    if o.get("enableGqa"):
        if q.shape[-3] % k.shape[-3]:
            raise ValueError("the heads do not fit")
        wide[1:] = [repeated(x, q.shape[-3]) for x in wide[1:]]
    scores = wide[0] @ wide[1].transpose(-2, -1) * o.get("scale", 1 / math.sqrt(q.shape[-1]))
    if o.get("isCausal"):
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    if mask is not None:
        mask = mask.double() if mask.dtype != torch.bool else torch.zeros(mask.shape, dtype=torch.float64).masked_fill(~mask, -math.inf)
        if (scores + mask).shape != scores.shape:
            raise ValueError("the mask does not fit")
        scores = scores + mask
    blind = (scores == -math.inf).all(-1, keepdim=True) if scores.shape[-1] else torch.zeros_like(scores[..., :1], dtype=torch.bool)
    weights = torch.softmax(scores.masked_fill(blind, 0), -1).masked_fill(blind, 0)
    return (dropped(weights, weights.shape, p) @ wide[2]).to(q.dtype)


def check(p):
    if not 0 <= p <= 1:
        raise ValueError("not a probability")


def choice(condition, a, b):
    """where() of 1.13 takes numbers as float32."""
    return torch.where(condition, torch.tensor(a, dtype=torch.float64), torch.tensor(b, dtype=torch.float64))


def dropped(x, shape, p):
    check(p)
    if not x.is_floating_point():
        raise TypeError("not a float")
    if p == 0 or x.numel() == 0:
        return x
    lost = uniform_mask(shape).double() < p
    return x * choice(lost, 0, 0 if p == 1 else 1 / (1 - p)).to(x.dtype)


def to_limit(x, shape, p):
    check(p)
    if not x.is_floating_point():
        raise TypeError("not a float")
    if p == 0 or x.numel() == 0:
        return x
    if p == 1:
        return x * 0
    a = 1 / math.sqrt((1 + p * ALPHA**2) * (1 - p))
    lost = uniform_mask(shape).double() < p
    return x * choice(lost, 0, a).to(x.dtype) + choice(lost, a * (p - 1) * ALPHA, a * p * ALPHA).to(x.dtype)


def dropout(drop, own, default, leading, ranks=None):
    """`own` is PyTorch's function, where nothing is drawn; `leading` counts the dimensions that a mask has."""

    def run(x, p=0.5, o=None):
        training = (o or {}).get("training", default)
        if ranks and x.dim() not in ranks:
            return own(x, p, training)
        if not training or p == 0 or not 0 <= p <= 1:
            return own(x, p, training)
        n = leading(x)
        if n > x.dim():
            raise ValueError("the rank does not fit")
        return drop(x, [*x.shape[:n], *(1 for _ in x.shape[n:])], p)

    return run


CALLS = {
    "scaledDotProductAttention": attention,
    "dropout": dropout(dropped, F.dropout, True, lambda x: x.dim()),
    "alphaDropout": dropout(to_limit, F.alpha_dropout, False, lambda x: x.dim()),
    "featureAlphaDropout": dropout(to_limit, F.feature_alpha_dropout, False, lambda x: 2),
    "dropout1d": dropout(dropped, F.dropout1d, True, lambda x: x.dim() - 1, (2, 3)),
    "dropout2d": dropout(dropped, F.dropout2d, True, lambda x: 2, (3, 4)),
    "dropout3d": dropout(dropped, F.dropout3d, True, lambda x: x.dim() - 3, (4, 5)),
}
