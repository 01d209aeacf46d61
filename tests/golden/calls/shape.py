"""Views and copies."""
import torch

from tensors import DTYPES


def flatten(x, start=0, end=-1):
    return torch.flatten(x, start, end)


def squeeze(x, axis=None):
    return torch.squeeze(x) if axis is None else torch.squeeze(x, axis)


CALLS = {
    **{name: getattr(torch, name) for name in "reshape permute transpose narrow select clone".split()},
    "castTo": lambda x, dtype: x.to(DTYPES[dtype]),
    "flatten": flatten,
    "squeeze": squeeze,
    "unsqueeze": torch.unsqueeze,
    "mT": lambda x: x.mT,
    "expand": lambda x, shape: x.expand(shape),
    "flip": lambda x, axes: torch.flip(x, [axes] if isinstance(axes, int) else axes),
    "contiguous": lambda x: x.contiguous(),
    "Tensor.to": lambda x, dtype: x.to(DTYPES[dtype]),
    "Tensor.detach": lambda x: x.detach(),
    "Tensor.t": torch.t,
    "Tensor.view": lambda x, shape: x.view(shape),
    "Tensor.permute": lambda x, *axes: x.permute(*axes),
}
