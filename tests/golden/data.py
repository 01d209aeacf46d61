"""Prints the orders in which PyTorch's loaders and samplers take samples, for the tests of packages/data.

    /usr/bin/python3 tests/golden/data.py > packages/data/src/golden/order.json

Made with PyTorch 1.13.0a0 (Debian's python3-torch 1.13.1), without workers. Every entry ends with a number drawn from the
generator afterwards ("next", 32 bits), so that draws that only advance the generator are seen too.
"""
import json
import sys

import torch
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, random_split

SEEDS = [0, 1, 42, 2**40 + 3, -1]


def draw(generator=None):
    return torch.randint(0, 2**32, (), dtype=torch.int64, generator=generator).item() % 2**32


def loader(seed, explicit, n, batch_size, drop_last, epochs, stop):
    """Epochs of a shuffled loader; `stop` ends each after so many batches (None: all of them)."""
    generator = torch.Generator().manual_seed(seed) if explicit else None
    torch.manual_seed(seed)
    batches = DataLoader(range(n), batch_size=batch_size, shuffle=True, drop_last=drop_last, generator=generator)
    orders = []
    for _ in range(epochs):
        order = []
        for i, batch in enumerate(batches):
            order.append(batch.tolist())
            if i + 1 == stop:
                break
        orders.append(order)
    return {
        "seed": str(seed), "explicit": explicit, "n": n, "batchSize": batch_size, "dropLast": drop_last, "stop": stop,
        "orders": orders, "next": draw(generator),
    }


def unshuffled(seed):
    """A loader in order draws as well."""
    torch.manual_seed(seed)
    for _ in DataLoader(range(3)):
        pass
    return {"seed": str(seed), "next": draw()}


def sampler(seed, explicit, n, replacement, num_samples):
    generator = torch.Generator().manual_seed(seed) if explicit else None
    torch.manual_seed(seed)
    order = list(RandomSampler(range(n), replacement=replacement, num_samples=num_samples, generator=generator))
    return {
        "seed": str(seed), "explicit": explicit, "n": n, "replacement": replacement, "numSamples": num_samples,
        "order": order, "next": draw(generator),
    }


def split(seed, n, lengths, explicit):
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    parts = random_split(range(n), lengths, generator=generator) if explicit else random_split(range(n), lengths)
    return {
        "seed": str(seed), "explicit": explicit, "n": n, "lengths": lengths, "parts": [list(part.indices) for part in parts],
        "next": draw(generator if explicit else None),
    }


def main():
    found = {"loaders": [], "unshuffled": [unshuffled(seed) for seed in SEEDS], "samplers": [], "splits": []}
    for seed in SEEDS:
        for explicit in (False, True):
            found["loaders"].append(loader(seed, explicit, 10, 3, False, 3, None))
            found["loaders"].append(loader(seed, explicit, 10, 3, True, 2, None))
            found["loaders"].append(loader(seed, explicit, 12, 4, False, 2, 1))
            found["samplers"].append(sampler(seed, explicit, 7, False, None))
            found["samplers"].append(sampler(seed, explicit, 7, False, 17))
            found["samplers"].append(sampler(seed, explicit, 7, True, None))
            found["samplers"].append(sampler(seed, explicit, 50, True, 64))
            found["samplers"].append(sampler(seed, explicit, 50, True, 70))
            found["splits"].append(split(seed, 11, [7, 0, 4], explicit))
            found["splits"].append(split(seed, 11, [0.5, 0.25, 0.25], explicit))
            found["splits"].append(split(seed, 23, [0.1, 0.2, 0.7], explicit))
    found["loaders"].append(loader(5, False, 200, 64, False, 2, None))
    json.dump(found, sys.stdout)
    print()


if __name__ == "__main__":
    main()
