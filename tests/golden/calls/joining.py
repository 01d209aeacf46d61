"""Tensors joined, divided and repeated."""
import torch


def repeat_interleave(x, repeats, dim=None, options=None):
    """A 0-d tensor counts as a vector, which 1.13 refuses."""
    x = x.reshape(1) if dim == 0 and x.dim() == 0 else x
    counts = torch.tensor(repeats) if isinstance(repeats, list) else repeats
    size = None if options is None else options["outputSize"]
    return torch.repeat_interleave(x, counts, dim, output_size=size)


def atleast(fn):
    return lambda x: fn(x) if torch.is_tensor(x) else fn(*x)


CALLS = {
    **{name: getattr(torch, name) for name in "cat concat stack hstack vstack dstack split chunk hsplit vsplit dsplit unbind tile".split()},
    "columnStack": torch.column_stack,
    "blockDiag": lambda tensors: torch.block_diag(*tensors),
    "tensorSplit": torch.tensor_split,
    "broadcastTensors": lambda tensors: torch.broadcast_tensors(*tensors),
    "meshgrid": lambda tensors, options={}: torch.meshgrid(*tensors, indexing=options.get("indexing", "ij")),
    "cartesianProd": lambda tensors: torch.cartesian_prod(*tensors),
    "combinations": lambda x, options={}: torch.combinations(x, options.get("r", 2), options.get("withReplacement", False)),
    "atleast1d": atleast(torch.atleast_1d),
    "atleast2d": atleast(torch.atleast_2d),
    "atleast3d": atleast(torch.atleast_3d),
    "repeat": lambda x, counts: x.repeat(counts),
    "repeatInterleave": repeat_interleave,
    "repeatInterleaveSync": repeat_interleave,
}
