"""Reading and writing by position."""
import torch

from opinfo_calls.common import Unmapped, call


def parts(index):
    """A list among whose elements is more than numbers counts as a tuple, as in PyTorch."""
    if isinstance(index, tuple):
        return index
    if isinstance(index, list) and any(not isinstance(i, int) for i in index):
        return tuple(index)
    return (index,)


def at(x, index):
    made = []
    for entry in parts(index):
        if isinstance(entry, slice):
            made.append([entry.start, entry.stop, entry.step])
        elif entry is Ellipsis:
            made.append("...")
        elif isinstance(entry, bool):
            made.append(torch.tensor(entry))
        elif isinstance(entry, (list, tuple)):
            made.append(torch.tensor(entry))
        else:
            made.append(entry)
    return {"fn": "Tensor.at", "args": [x, *made]}


def gather(x, dim, index, sparse_grad=False):
    if index.dtype == torch.uint8:
        raise Unmapped("an index of uint8")
    return call("gather", x, dim, index)


CALLS = {
    "masked_select": lambda x, mask: call("maskedSelect", x, mask),
    "__getitem__": at,
    "gather": gather,
    "scatter_add": lambda x, dim, index, src: call("scatterAdd", x, dim, index, src),
    "index_select": lambda x, dim, index: call("indexSelect", x, dim, index),
    "nonzero": lambda x, as_tuple=False: call("nonzero", x, asTuple=as_tuple),
    "slice": lambda x, dim=0, start=None, end=None, step=1: call("at", x, [*[":"] * (dim % x.dim()), [start, end, step]]),
}
