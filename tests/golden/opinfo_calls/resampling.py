"""Resizing and sampling at points."""
from opinfo_calls.common import call


def listed(value):
    return list(value) if isinstance(value, (tuple, list)) else value


def interpolate(x, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None, antialias=False):
    made = call("interpolate", x, size=listed(size), scaleFactor=listed(scale_factor), mode=mode, recomputeScaleFactor=recompute_scale_factor, antialias=antialias)
    if align_corners is not None:
        made["args"][1]["alignCorners"] = align_corners
    return made


def upsample(mode, corners):
    def run(x, size=None, scale_factor=None):
        return interpolate(x, size, scale_factor, mode, corners)

    return run


def grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    return call("gridSample", x, grid, mode=mode, paddingMode=padding_mode, alignCorners=bool(align_corners))


CALLS = {
    **{f"nn.functional.interpolate.{mode}": interpolate for mode in "area bicubic bilinear linear nearest trilinear".split()},
    "nn.functional.upsample_bilinear": upsample("bilinear", True),
    "nn.functional.upsample_nearest": upsample("nearest", None),
    "nn.functional.grid_sample": grid_sample,
}
