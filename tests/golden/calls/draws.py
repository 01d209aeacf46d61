"""Random draws, after the seed of the samples, and tensors made like others."""
import torch

from calls.creation import SEED, like
from tensors import DTYPES


def seeded(fn):
    def run(*args):
        torch.manual_seed(SEED)
        return fn(*args)

    return run


def logspace(start, end, steps, base=10, o=None):
    return torch.logspace(start, end, steps, base, dtype=DTYPES[(o or {}).get("dtype", "float32")])


def normal(mean, std=1, o=None):
    if not torch.is_tensor(mean) and not torch.is_tensor(std):
        raise ValueError("no shape")
    if torch.is_tensor(mean) and torch.is_tensor(std):
        mean, std = torch.broadcast_tensors(mean, std)  # 1.13 resizes its output with a warning
    return torch.normal(mean, std)


def image(values, width, height, o=None):
    """torchvision's ToTensor, and its luminance weights."""
    o = o or {}
    pixels = torch.tensor(values, dtype=torch.float64).reshape(height, width, 4).permute(2, 0, 1)
    channels = o.get("channels", 3)
    if channels == 1:
        pixels = 0.299 * pixels[0:1] + 0.587 * pixels[1:2] + 0.114 * pixels[2:3]
    else:
        pixels = pixels[:channels]
    return pixels.to(torch.uint8) if o.get("dtype") == "uint8" else (pixels / 255).float()


CALLS = {
    "empty": lambda shape, o=None: torch.empty(shape, dtype=DTYPES[(o or {}).get("dtype", "float32")]),
    "emptyLike": torch.empty_like,
    "logspace": logspace,
    "randLike": seeded(like(torch.rand_like)),
    "randnLike": seeded(like(torch.randn_like)),
    "randintLike": seeded(like(torch.randint_like)),
    "normal": seeded(normal),
    "bernoulli": seeded(torch.bernoulli),
    "multinomial": seeded(lambda x, n, o=None: torch.multinomial(x, n, **(o or {}))),
    "multinomialSync": seeded(lambda x, n, o=None: torch.multinomial(x, n, **(o or {}))),
    "fromImageData": image,
}
