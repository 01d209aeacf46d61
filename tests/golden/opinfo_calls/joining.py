"""Tensors joined, divided and repeated."""
import torch

from opinfo_calls.common import OMITTED, call, sizes


def listed(value):
    """A number, or a list of numbers; PyTorch takes tensors of positions too, which it reads."""
    if torch.is_tensor(value):
        value = value.tolist()
    return list(value) if isinstance(value, (list, tuple)) else value


def of_list(fn, dim=None):
    """A function of a list of tensors."""
    if dim is None:
        return lambda tensors: call(fn, list(tensors))
    return lambda tensors, dim=dim: call(fn, list(tensors), dim)


def of_all(fn):
    """A function of tensors one by one, which ours takes in a list."""
    return lambda x, *others: call(fn, [x, *others])


def atleast(fn):
    return lambda x, *others: call(fn, x if torch.is_tensor(x) and not others else [x, *others] if torch.is_tensor(x) else list(x))


def meshgrid(x, *others, indexing=None):
    return call("meshgrid", [x, *others] if torch.is_tensor(x) else list(x), indexing=indexing)


def repeat_interleave(x, repeats, dim=None, output_size=None):
    counts = repeats.to(torch.int32) if torch.is_tensor(repeats) else repeats
    return call("repeatInterleave", x, counts, OMITTED if dim is None else dim, outputSize=output_size)


def tensor_split(x, sections=None, dim=0, indices=None, indices_or_sections=None):
    for given in (sections, indices, indices_or_sections):
        if given is not None:
            return call("tensorSplit", x, listed(given), dim)


def split(x, size, dim=0):
    return call("split", x, listed(size), dim)


def divided(fn):
    return lambda x, sections: call(fn, x, listed(sections))


CALLS = {
    "cat": of_list("cat", 0),
    "stack": of_list("stack", 0),
    "hstack": of_list("hstack"),
    "vstack": of_list("vstack"),
    "dstack": of_list("dstack"),
    "column_stack": of_list("columnStack"),
    "block_diag": of_all("blockDiag"),
    "broadcast_tensors": of_all("broadcastTensors"),
    "cartesian_prod": of_all("cartesianProd"),
    "combinations": lambda x, r=2, with_replacement=False: call("combinations", x, r=r, withReplacement=with_replacement),
    "meshgrid.list_of_tensors": meshgrid,
    "meshgrid.variadic_tensors": meshgrid,
    "atleast_1d": atleast("atleast1d"),
    "atleast_2d": atleast("atleast2d"),
    "atleast_3d": atleast("atleast3d"),
    "split": split,
    "split.list_args": split,
    "split_with_sizes": split,
    "chunk": lambda x, chunks, dim=0: call("chunk", x, chunks, dim),
    "tensor_split": tensor_split,
    "hsplit": divided("hsplit"),
    "vsplit": divided("vsplit"),
    "dsplit": divided("dsplit"),
    "unbind": lambda x, dim=0: call("unbind", x, dim),
    "repeat": lambda x, *counts: call("repeat", x, sizes(x, *counts)),
    "tile": lambda x, counts: call("tile", x, list(counts)),
    "repeat_interleave": repeat_interleave,
}
