"""Attention and dropout."""
from calls.attention import CALLS as ATTENTION

from opinfo_calls.common import Unmapped, call


def attention(q, k, v, attn_mask=None, dropout_p=0.0, need_attn_weights=False, is_causal=False):
    if dropout_p > 0:
        raise Unmapped("random numbers, drawn on the device")
    return call("scaledDotProductAttention", q, k, v, attnMask=attn_mask, isCausal=is_causal)


def dropped(fn, default):
    def run(x, p=0.5, training=default, inplace=False):
        if training and 0 < p < 1:
            raise Unmapped("random numbers, drawn on the device")
        made = call(fn, x, p)
        made["args"].append({"training": training})
        return made

    return run


CALLS = {
    "nn.functional._scaled_dot_product_attention": attention,
    "nn.functional.dropout": dropped("dropout", True),
    "nn.functional.dropout2d": dropped("dropout2d", True),
    "nn.functional.dropout3d": dropped("dropout3d", True),
    "nn.functional.feature_alpha_dropout.with_train": dropped("featureAlphaDropout", False),
    "nn.functional.feature_alpha_dropout.without_train": dropped("featureAlphaDropout", False),
}

RESULTS = {"nn.functional._scaled_dot_product_attention": lambda made: ATTENTION[made["fn"]](*made["args"])}
