"""Convolutions and their transposes."""
from opinfo_calls.common import call


def sizes(value):
    """A list with one size for each direction, or one number for all of them."""
    if not isinstance(value, (tuple, list)):
        return value
    return list(value) if len(value) > 1 else value[0]


def conv(fn):
    def run(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        padding = padding if isinstance(padding, str) else sizes(padding)
        options = {"stride": sizes(stride), "padding": padding, "dilation": sizes(dilation)}
        return call(fn, x, weight, bias, groups=groups, **options)

    return run


def transposed(fn):
    def run(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        return call(
            fn, x, weight, bias, stride=sizes(stride), padding=sizes(padding), outputPadding=sizes(output_padding),
            groups=groups, dilation=sizes(dilation),
        )

    return run


CALLS = {
    **{f"nn.functional.conv{d}d": conv(f"conv{d}d") for d in (1, 2)},
    **{f"nn.functional.conv_transpose{d}d": transposed(f"convTranspose{d}d") for d in (1, 2, 3)},
}
