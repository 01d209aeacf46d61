"""Reading and writing by position."""
import torch

from opinfo_calls.common import Unmapped, call, unmapped


def at(x, index):
    made = []
    for entry in index if isinstance(index, tuple) else (index,):
        if isinstance(entry, slice):
            made.append([entry.start, entry.stop, entry.step])
        elif entry is Ellipsis:
            made.append("...")
        elif isinstance(entry, (list, tuple)) and all(type(i) is int for i in entry):
            made.append(torch.tensor(entry))
        elif isinstance(entry, (bool, list, tuple)):
            raise Unmapped("a bool or a nested list as index")
        else:
            made.append(entry)
    if sum(torch.is_tensor(entry) for entry in made) > 1:
        raise Unmapped("several index tensors")
    return {"fn": "Tensor.at", "args": [x, *made]}


def gather(x, dim, index, sparse_grad=False):
    if index.dtype == torch.uint8:
        raise Unmapped("an index of uint8")
    return call("gather", x, dim, index)


CALLS = {
    "masked_select": lambda x, mask: call("maskedSelect", x, mask) if x.shape == mask.shape else unmapped("a mask that is broadcast"),
    "__getitem__": at,
    "gather": gather,
    "scatter_add": lambda x, dim, index, src: call("scatterAdd", x, dim, index, src),
    "index_select": lambda x, dim, index: call("indexSelect", x, dim, index),
    "nonzero": lambda x, as_tuple=False: call("nonzero", x) if not as_tuple else unmapped("a tuple as result"),
    "slice": lambda x, dim=0, start=None, end=None, step=1: call("at", x, [*[":"] * (dim % x.dim()), [start, end, step]]),
    "slice_scatter": lambda x, src, dim=0, start=None, end=None, step=1: call("setAt", x, [*[":"] * (dim % x.dim()), [start, end, step]], src),
    "select_scatter": lambda x, src, dim, index: call("setAt", x, [*[":"] * (dim % x.dim()), index], src),
}
