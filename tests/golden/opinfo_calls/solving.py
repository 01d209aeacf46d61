"""Inverses, determinants, systems of equations and functions of matrices."""
import torch

from calls.solving import CALLS as GOLDEN
from opinfo_calls.common import call, unmapped


def golden(made):
    """What the samples of our call are compared with."""
    return GOLDEN[made["fn"]](*made["args"])


def solve(a, b, left=True, check_errors=False):
    return {"fn": "solve", "args": [a, b] if left else [a, b, {"left": False}]}


def solve_triangular(a, b, upper, left=True, unitriangular=False):
    options = {"upper": upper, **({} if left else {"left": False}), **({"unitriangular": True} if unitriangular else {})}
    return {"fn": "solveTriangular", "args": [a, b, options]}


def triangular_solve(b, a, upper=True, transpose=False, unitriangular=False):
    options = {**({} if upper else {"upper": False}), **({"transpose": True} if transpose else {})}
    if unitriangular:
        options["unitriangular"] = True
    return {"fn": "triangularSolve", "args": [b, a, *([options] if options else [])]}


def constant(tolerance):
    return tolerance.detach() if torch.is_tensor(tolerance) else tolerance


def rank_options(fn):
    return lambda x, atol=None, rtol=None, hermitian=False: call(
        fn, x, atol=constant(atol), rtol=constant(rtol), hermitian=hermitian
    )


def singular_pinv(a, b):
    """The product is our input: matrices of low rank."""
    return call("pinv", (a @ b.mT).detach().requires_grad_(a.requires_grad))


def matrix_norm(x, ord="fro", dim=(-2, -1), keepdim=False, dtype=None):
    if dtype is not None and dtype != x.dtype:
        unmapped("a cast before it, which our call writes as x.to(dtype)")
    fn = "singularValueNorm" if ord in ("nuc", 2, -2) else "matrixNorm"
    return call(fn, x, ord, list(dim), keepdim=keepdim)


def nuclear_norm(x, p, dim=None, keepdim=False):
    return call("singularValueNorm", x, p, list(dim or (-2, -1)), keepdim=keepdim)


def matrix_power(x, n):
    """Negative powers are written as those of the inverse."""
    if n >= 0:
        return call("matrixPower", x, n)
    return call("matrixPower", torch.linalg.inv(x).detach().requires_grad_(x.requires_grad), -n)


def lstsq(a, b, rcond=None, driver=None):
    return call("lstsq", a, b, rcond=rcond)


CALLS = {
    "linalg.inv": lambda x: call("inverse", x),
    "linalg.inv_ex": lambda x, check_errors=False: call("invEx", x),
    "linalg.det": lambda x: call("det", x),
    "linalg.det.singular": lambda x: call("det", x),
    "linalg.slogdet": lambda x: call("slogdet", x),
    "logdet": lambda x: call("logdet", x),
    "linalg.solve": solve,
    "linalg.solve_ex": solve,
    "linalg.solve_triangular": solve_triangular,
    "triangular_solve": triangular_solve,
    "linalg.tensorinv": lambda x, ind=2: call("tensorinv", x, ind=ind),
    "linalg.tensorsolve": lambda a, b, dims=None: call("tensorsolve", a, b, dims=None if dims is None else list(dims)),
    "linalg.lstsq": lstsq,
    "linalg.lstsq.grad_oriented": lstsq,
    "linalg.pinv": rank_options("pinv"),
    "linalg.pinv.hermitian": rank_options("pinv"),
    "linalg.pinv.singular": singular_pinv,
    "pinverse": lambda x, rcond=1e-15: call("pinv", x, rtol=rcond),
    "linalg.matrix_rank": rank_options("matrixRank"),
    "linalg.matrix_rank.hermitian": rank_options("matrixRank"),
    "linalg.cond": lambda x, p=None: call("cond", x, p),
    "linalg.matrix_norm": matrix_norm,
    "norm.nuc": nuclear_norm,
    "linalg.matrix_power": matrix_power,
    "matrix_exp": lambda x: call("matrixExp", x),
}

# Gradients that are wrong where the determinant is 0 (det), results that we leave out (infos, drivers of lstsq), and calls
# whose input is not PyTorch's (pinv.singular, negative powers).
RESULTS = {
    name: golden
    for name in (
        "linalg.det.singular linalg.inv_ex linalg.lstsq linalg.lstsq.grad_oriented linalg.matrix_power linalg.pinv.hermitian "
        "linalg.pinv.singular linalg.solve_ex"
    ).split()
}
