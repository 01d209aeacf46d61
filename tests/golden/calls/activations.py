"""Activations."""
import torch
import torch.nn.functional as F

from calls.creation import SEED


def gumbel_softmax(x, o=None):
    torch.manual_seed(SEED)
    return F.gumbel_softmax(x, **(o or {}))


CALLS = {
    **{name: getattr(F, name) for name in "elu celu selu relu6 threshold softshrink hardshrink silu mish softsign tanhshrink logsigmoid hardsigmoid hardswish softplus hardtanh prelu glu".split()},
    "gelu": lambda x, o=None: F.gelu(x, **(o or {})),
    "rrelu": lambda x, o=None: F.rrelu(x, **(o or {})),
    "softmin": lambda x, dim: F.softmin(x, dim),
    "gumbelSoftmax": gumbel_softmax,
}
