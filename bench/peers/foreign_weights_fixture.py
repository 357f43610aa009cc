"""Weights as timm and torchvision keep them, and what timm makes of them for another image size and channel count.

    pip install -r bench/peers/requirements-torch.txt
    python bench/peers/foreign_weights_fixture.py tests/fixtures/nn/foreign-weights.safetensors

Tensors `file.*` are a small VisionTransformer's own; `grown.*` and `shrunk.*` are its position embeddings after timm's
resample_abs_pos_embed; `grey.*` and `five.*` are its patch embedding after timm's adapt_input_conv.
"""

import sys

import torch
from safetensors.torch import save_file
from timm.layers import resample_abs_pos_embed
from timm.models._manipulate import adapt_input_conv
from timm.models.vision_transformer import VisionTransformer

torch.manual_seed(7)
SHAPE = {"patch_size": 4, "embed_dim": 8, "depth": 1, "num_heads": 2, "num_classes": 3}
model = VisionTransformer(img_size=24, in_chans=3, **SHAPE)
state = {name: torch.randn_like(value) for name, value in model.state_dict().items()}
positions = state["pos_embed"]
kernel = state["patch_embed.proj.weight"]
tensors = {f"file.{name}": value for name, value in state.items()}
tensors["grown.pos_embed"] = resample_abs_pos_embed(positions, [8, 8])
tensors["shrunk.pos_embed"] = resample_abs_pos_embed(positions, [4, 4])
tensors["grey.patch_embed.proj.weight"] = adapt_input_conv(1, kernel)
tensors["five.patch_embed.proj.weight"] = adapt_input_conv(5, kernel)
save_file({name: value.contiguous() for name, value in tensors.items()}, sys.argv[1])
