"""PyTorch's part in the benchmark: speaks the protocol of serve.ts. Arguments: the number of threads, the work."""
import json
import sys
import time


def say(**answer):
    print(json.dumps(answer), flush=True)


try:
    import torch
except ImportError:
    say(missing="not installed (Debian: python3-torch)")
    sys.exit()

from kernels import KERNELS
from training import TRAINING

torch.set_num_threads(int(sys.argv[1]))
WORKS = {**KERNELS, **TRAINING}

work = sys.argv[-1]
if work not in WORKS:
    say(version=torch.__version__, missing="not written for this library")
    sys.exit()
task = WORKS[work]()
say(version=torch.__version__)
for line in sys.stdin:
    times = int(line)
    start = time.perf_counter()
    value = task(times)
    ms = (time.perf_counter() - start) * 1e3
    say(ms=ms) if value is None else say(ms=ms, value=value)
