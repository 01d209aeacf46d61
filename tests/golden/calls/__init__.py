"""How PyTorch is called for each sampled function: its arguments are those of the samples, in our order and form."""
from calls import arithmetic, creation, in_place, indexing, neural, reduction, shape

MODULES = (arithmetic, creation, in_place, indexing, neural, reduction, shape)

CALLS = {name: call for module in MODULES for name, call in module.CALLS.items()}
