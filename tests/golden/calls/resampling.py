"""Resizing, sampling at points, and grids of points."""
import torch.nn.functional as F

SNAKE = {
    "scaleFactor": "scale_factor", "alignCorners": "align_corners", "recomputeScaleFactor": "recompute_scale_factor",
    "paddingMode": "padding_mode",
}


def snake(o):
    return {SNAKE.get(name, name): value for name, value in (o or {}).items()}


def grid_sample(x, grid, o=None):
    return F.grid_sample(x, grid, **{"align_corners": False, **snake(o)})


def affine_grid(theta, size, o=None):
    return F.affine_grid(theta, size, **{"align_corners": False, **snake(o)})


CALLS = {
    "interpolate": lambda x, o=None: F.interpolate(x, **snake(o)),
    "gridSample": grid_sample,
    "affineGrid": affine_grid,
}
