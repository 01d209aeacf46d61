"""Decompositions."""
from calls.decompositions import CALLS as GOLDEN
from opinfo_calls.common import call, unmapped


def golden(made):
    """What the samples of our call are compared with."""
    return GOLDEN[made["fn"]](*made["args"])


def cholesky(x, upper=False):
    return call("cholesky", x, upper=upper)


def eigh(x, UPLO="L"):
    return call("eigh", x, UPLO=UPLO)


def symeig(x, eigenvectors=False, upper=True):
    return call("eigh" if eigenvectors else "eigvalsh", x, UPLO="U" if upper else "L")


def qr(x, mode="reduced"):
    return call("qr", x, mode=mode)


def svd(x, full_matrices=True):
    return with_matrices("svd", x, full_matrices)


def with_matrices(fn, x, full):
    return {"fn": fn, "args": [x] if full else [x, {"fullMatrices": False}]}


def old_svd(x, some=True, compute_uv=True):
    if not compute_uv:
        unmapped("empty U and V")
    return with_matrices("svd", x, not some)


def lu_solve(packed, pivots, b, left=True, adjoint=False):
    options = {**({} if left else {"left": False}), **({"adjoint": True} if adjoint else {})}
    return {"fn": "luSolve", "args": [packed, pivots, b, *([options] if options else [])]}


def lu_unpack(packed, pivots, unpack_data=True, unpack_pivots=True):
    if not (unpack_data and unpack_pivots):
        unmapped("empty results for what is not unpacked")
    return call("luUnpack", packed, pivots)


def ormqr(a, tau, other, left=True, transpose=False):
    options = {**({} if left else {"left": False}), **({"transpose": True} if transpose else {})}
    return {"fn": "ormqr", "args": [a, tau, other, *([options] if options else [])]}


CALLS = {
    "cholesky": cholesky,
    "linalg.cholesky": cholesky,
    "linalg.cholesky_ex": lambda x, upper=False, check_errors=False: call("choleskyEx", x, upper=upper),
    "cholesky_inverse": lambda l, upper=False: call("choleskyInverse", l, upper=upper),
    "cholesky_solve": lambda b, l, upper=False: call("choleskySolve", b, l, upper=upper),
    "geqrf": lambda x: call("geqrf", x),
    "linalg.eigh": eigh,
    "linalg.eigvalsh": lambda x, UPLO="L": call("eigvalsh", x, UPLO=UPLO),
    "symeig": symeig,
    "linalg.householder_product": lambda a, tau: call("householderProduct", a, tau),
    "ormqr": ormqr,
    "linalg.ldl_factor": lambda x, hermitian=False: call("ldlFactor", x),
    "linalg.ldl_factor_ex": lambda x, hermitian=False, check_errors=False: call("ldlFactor", x),
    "linalg.ldl_solve": lambda ld, pivots, b, hermitian=False: call("ldlSolve", ld, pivots, b),
    "linalg.lu": lambda x, pivot=True: call("lu", x),
    "lu": lambda x, pivot=True, get_infos=False: call("luFactor", x),
    "linalg.lu_factor": lambda x, pivot=True: call("luFactor", x),
    "linalg.lu_factor_ex": lambda x, pivot=True, check_errors=False: call("luFactor", x),
    "linalg.lu_solve": lambda packed, pivots, b, left=True, adjoint=False: lu_solve(packed, pivots, b, left, adjoint),
    "lu_solve": lambda b, packed, pivots: lu_solve(packed, pivots, b),
    "lu_unpack": lu_unpack,
    "linalg.qr": qr,
    "qr": lambda x, some=True: qr(x, "reduced" if some else "complete"),
    "linalg.svd": svd,
    "svd": old_svd,
    "linalg.svdvals": lambda x: call("svdvals", x),
}

# Outputs up to signs (eigh, svd), gradients in triangles that are not read (cholesky_solve), infos that we have no name for.
RESULTS = {
    name: golden
    for name in (
        "cholesky_inverse cholesky_solve linalg.cholesky linalg.cholesky_ex cholesky linalg.eigh linalg.eigvalsh linalg.ldl_factor_ex "
        "linalg.lu_factor_ex linalg.svd lu svd symeig"
    ).split()
}
