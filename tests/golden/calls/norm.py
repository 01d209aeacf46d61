"""Norms and distances."""
import torch
import torch.nn.functional as F

from tensors import DTYPES


def with_dtype(o):
    o = dict(o or {})
    if "dtype" in o:
        o["dtype"] = DTYPES[o["dtype"]]
    return o


def vector_norm(x, order=2, dim=None, o=None):
    return torch.linalg.vector_norm(x, order, dim, **with_dtype(o))


def norm(x, p="fro", dim=None, o=None):
    """In 1.13 the Frobenius norm is limited to two dimensions; today's is the 2-norm."""
    o = with_dtype(o)
    if "dtype" in o:
        x = x.to(o.pop("dtype"))
    return torch.norm(x, 2 if p == "fro" else p, list(range(x.dim())) if dim is None else dim, **o)


def options(fn):
    return lambda *args: fn(*args[:-1], **args[-1]) if isinstance(args[-1], dict) else fn(*args)


CALLS = {
    "vectorNorm": vector_norm,
    "matrixNorm": lambda x, order="fro", dim=(-2, -1), o=None: torch.linalg.matrix_norm(x, order, dim, **with_dtype(o)),
    "norm": norm,
    "renorm": torch.renorm,
    "dist": torch.dist,
    "normalize": options(F.normalize),
    "cosineSimilarity": options(F.cosine_similarity),
    "pairwiseDistance": options(F.pairwise_distance),
    "cdist": lambda a, b, p=2.0: torch.cdist(a, b, p=p, compute_mode="donot_use_mm_for_euclid_dist"),
    "pdist": lambda x, p=2.0: F.pdist(x, p),
}
