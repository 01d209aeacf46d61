"""How PyTorch's calls are written in Flambeau: OpInfo name → function of (input, *args, **kwargs) that gives our call.

A call is `{"fn": name, "args": [...]}` for a name that the conformance package can call. A sample that has no such call
raises `Unmapped` with the reason, which ends up in the coverage list.
"""
from opinfo_calls import arithmetic, creation, indexing, neural, reduction, shape
from opinfo_calls.common import OMITTED, Unmapped

MODULES = (arithmetic, creation, indexing, neural, reduction, shape)

CALLS = {name: write for module in MODULES for name, write in module.CALLS.items()}

UPDATED = {name: tensors for module in MODULES for name, tensors in getattr(module, "UPDATED", {}).items()}
"""Tensors that a call writes into, which our call gives after its result."""

ACCEPTED = {name: reasons for module in MODULES for name, reasons in getattr(module, "ACCEPTED", {}).items()}
"""Error inputs that we accept on purpose: part of PyTorch's message → why."""
