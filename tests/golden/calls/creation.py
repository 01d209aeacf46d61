"""Making tensors; random ones are drawn after the seed of the samples."""
import torch

from tensors import DTYPES

SEED = 7
"""SEED of packages/backend-conformance/src/functions.ts; ops.py checks it."""


def creation(fn):
    def run(*args):
        o = args[-1] if args and isinstance(args[-1], dict) else {}
        plain = args[:-1] if args and isinstance(args[-1], dict) else args
        return fn(*plain, dtype=DTYPES[o.get("dtype", "float32")])

    return run


def seeded(fn):
    def run(*args):
        torch.manual_seed(SEED)
        return creation(fn)(*args)

    return run


def linspace(start, end, steps, dtype):
    return torch.linspace(start, end, steps, dtype=dtype)


def from_typed(values, shape, dtype):
    return torch.tensor(values, dtype=dtype).reshape(shape)


def like(fn):
    return lambda x, *rest: fn(x, *(r for r in rest if not isinstance(r, dict)), **{k: DTYPES[v] for r in rest if isinstance(r, dict) for k, v in r.items()})


def threefry(key, counter):
    """Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw, SC 2011), not part of PyTorch."""
    mask = 2**32 - 1
    keys = [*key, 0x1BD11BDA ^ key[0] ^ key[1]]
    x, y = (counter[0] + keys[0]) & mask, (counter[1] + keys[1]) & mask
    for r in range(20):
        by = [13, 15, 26, 6, 17, 29, 16, 24][r % 8]
        x = (x + y) & mask
        y = (((y << by) | (y >> (32 - by))) & mask) ^ x
        if r % 4 == 3:
            n = r // 4 + 1
            x, y = (x + keys[n % 3]) & mask, (y + keys[(n + 1) % 3] + n) & mask
    return x, y


assert threefry((0, 0), (0, 0)) == (0x6B200159, 0x99BA4EFE)  # the authors' known answer


def uniform_mask(shape):
    size = 1
    for n in shape:
        size *= n
    words = [threefry((SEED, 0), (i, 0))[0] >> 8 for i in range(size)]
    return (torch.tensor(words, dtype=torch.float64) * 2.0**-24).float().reshape(shape)


CALLS = {
    "tensor": lambda data, o=None: torch.tensor(data, dtype=DTYPES[(o or {}).get("dtype", "bool" if data == [True, False] else "float32")]),
    "asTensor": lambda data, o=None: data if torch.is_tensor(data) else torch.tensor(data, dtype=DTYPES[o["dtype"]]),
    "fromTyped": creation(from_typed),
    "zeros": creation(torch.zeros),
    "ones": creation(torch.ones),
    "full": creation(torch.full),
    "zerosLike": like(torch.zeros_like),
    "onesLike": like(torch.ones_like),
    "fullLike": like(torch.full_like),
    "arange": creation(torch.arange),
    "linspace": creation(linspace),
    "eye": creation(torch.eye),
    "rand": seeded(torch.rand),
    "randn": seeded(torch.randn),
    "randint": seeded(lambda low, high, shape, dtype: torch.randint(low, high, shape)),
    "randperm": seeded(lambda n, dtype: torch.randperm(n)),
    "uniformMask": uniform_mask,
}
