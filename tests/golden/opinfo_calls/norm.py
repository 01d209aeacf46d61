"""Norms and distances."""
from opinfo_calls.common import Unmapped, axes, call, dtype_name


def vector_norm(x, ord=2, dim=None, keepdim=False, dtype=None):
    return call("vectorNorm", x, ord, axes(dim), keepdim=keepdim, dtype=dtype_name(dtype))


def linalg_norm(x, ord=None, dim=None, keepdim=False, dtype=None):
    """The norm of all elements, of vectors or of matrices, by the number of dimensions."""
    options = {"keepdim": keepdim, "dtype": dtype_name(dtype)}
    if ord is None:
        return call("vectorNorm", x, 2, axes(dim), **options)
    count = 1 if isinstance(dim, int) else len(dim) if dim is not None else x.dim()
    if count == 1:
        return call("vectorNorm", x, ord, axes(dim), **options)
    fn = "singularValueNorm" if ord in (2, -2, "nuc") else "matrixNorm"
    return call(fn, x, ord, axes((-2, -1) if dim is None else dim), **options)


def norm(x, p="fro", dim=None, keepdim=False, dtype=None):
    return call("norm", x, p, axes(dim), keepdim=keepdim, dtype=dtype_name(dtype))


def cdist(a, b, p=2.0, compute_mode=None):
    return call("cdist", a, b, p)



def dict_call(fn):
    def run(*tensors, **options):
        args = [*tensors, options] if options else [*tensors]
        return {"fn": fn, "args": args}

    return run


CALLS = {
    "linalg.vector_norm": vector_norm,
    "linalg.norm": linalg_norm,
    "linalg.norm.subgradients_at_zero": linalg_norm,
    "norm": norm,
    "norm.fro": norm,
    "norm.inf": norm,
    "renorm": lambda x, p, dim, maxnorm: call("renorm", x, p, dim, maxnorm),
    "dist": lambda x, other, p=2: call("dist", x, other, p),
    "nn.functional.normalize": dict_call("normalize"),
    "nn.functional.cosine_similarity": dict_call("cosineSimilarity"),
    "nn.functional.pairwise_distance": dict_call("pairwiseDistance"),
    "cdist": cdist,
    "nn.functional.pdist": lambda x, p=2.0: call("pdist", x, p),
}
