"""Vision transformer, masked autoencoder and SimCLR in PyTorch, named as in timm and the MAE reference.

Kept to what Pretext's own step computes, so that both sides of a comparison do the same arithmetic:
the encoder sees [cls; visible], the decoder sees [cls; visible; hidden] with gathered position
embeddings, and no token is ever shuffled back.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LAYER_NORM_EPS = 1e-6
TARGET_EPS = 1e-6


def sincos_position_embedding(width: int, grid: int) -> Tensor:
    """Fixed 2-D sine-cosine table [1, 1 + grid*grid, width] in float64 (MAE, He et al. 2022; MoCo v3).

    The first half of the channels encodes the column (x), the second half the row (y), as in the MAE
    reference, whose meshgrid puts the column first. Each half is [sines; cosines]. Row 0 (cls) is zero;
    patches follow in row-major order.
    """
    if width % 4:
        raise ValueError(f"width {width} is not a multiple of 4")
    quarter = width // 4
    omega = 1.0 / 10000 ** (torch.arange(quarter, dtype=torch.float64) / quarter)
    rows, columns = torch.meshgrid(
        torch.arange(grid, dtype=torch.float64), torch.arange(grid, dtype=torch.float64), indexing="ij"
    )
    halves = []
    for position in (columns.reshape(-1), rows.reshape(-1)):
        angle = position[:, None] * omega[None, :]
        halves += [angle.sin(), angle.cos()]
    table = torch.cat(halves, dim=1)
    return torch.cat([torch.zeros(1, width, dtype=torch.float64), table])[None]


def patchify(images: Tensor, patch: int) -> Tensor:
    """[n, 1, s, s] -> [n, (s/patch)^2, patch*patch], patches row by row, pixels row by row."""
    n, channels, side, _ = images.shape
    assert channels == 1
    grid = side // patch
    return images.reshape(n, grid, patch, grid, patch).permute(0, 1, 3, 2, 4).reshape(n, grid * grid, patch * patch)


def gather_tokens(tokens: Tensor, index: Tensor) -> Tensor:
    """tokens [n, t, d], index [n, k] -> [n, k, d]."""
    return tokens.gather(1, index[:, :, None].expand(-1, -1, tokens.shape[2]))


class PatchEmbed(nn.Module):
    """A linear map of each patch, stored as timm's convolution."""

    def __init__(self, patch: int, width: int):
        super().__init__()
        self.proj = nn.Conv2d(1, width, patch, patch)

    def forward(self, patches: Tensor) -> Tensor:
        """[n, t, patch*patch] -> [n, t, width]; only the patches that are given cost anything."""
        return F.linear(patches, self.proj.weight.flatten(1), self.proj.bias)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        n, t, d = x.shape
        q, k, v = self.qkv(x).reshape(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, d))


class Mlp(nn.Module):
    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width: int, heads: int, mlp_ratio: float):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.mlp = Mlp(width, int(width * mlp_ratio))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self, side: int, patch: int, width: int, depth: int, heads: int, mlp_ratio: float = 4):
        super().__init__()
        self.patch = patch
        self.patch_embed = PatchEmbed(patch, width)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        # A fixed table: part of the weights by name, never trained.
        self.pos_embed = nn.Parameter(sincos_position_embedding(width, side // patch).float(), requires_grad=False)
        self.blocks = nn.ModuleList(Block(width, heads, mlp_ratio) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps=LAYER_NORM_EPS)

    def tokens(self, patches: Tensor, position: Tensor) -> Tensor:
        """patches [n, t, p*p] and their position embeddings [n or 1, t, d] -> normed tokens [n, 1 + t, d]."""
        x = self.patch_embed(patches) + position
        cls = (self.cls_token + self.pos_embed[:, :1]).expand(x.shape[0], -1, -1)
        x = torch.cat([cls, x], dim=1)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)

    def forward(self, images: Tensor) -> Tensor:
        """[n, 1, s, s] -> [n, 1 + patches, d] after the final norm (timm's forward_features)."""
        return self.tokens(patchify(images, self.patch), self.pos_embed[:, 1:])


class MaskedAutoencoder(VisionTransformer):
    """MAE (He et al. 2022) whose step takes the visible and hidden patches as indices."""

    def __init__(
        self,
        side: int,
        patch: int,
        width: int,
        depth: int,
        heads: int,
        mlp_ratio: float = 4,
        decoder_width: int = 96,
        decoder_depth: int = 2,
        decoder_heads: int = 3,
    ):
        super().__init__(side, patch, width, depth, heads, mlp_ratio)
        self.decoder_embed = nn.Linear(width, decoder_width)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, decoder_width))
        table = sincos_position_embedding(decoder_width, side // patch).float()
        self.decoder_pos_embed = nn.Parameter(table, requires_grad=False)
        self.decoder_blocks = nn.ModuleList(
            Block(decoder_width, decoder_heads, mlp_ratio) for _ in range(decoder_depth)
        )
        self.decoder_norm = nn.LayerNorm(decoder_width, eps=LAYER_NORM_EPS)
        self.decoder_pred = nn.Linear(decoder_width, patch * patch)

    def prediction(self, images: Tensor, visible: Tensor, hidden: Tensor) -> Tensor:
        """visible [n, v], hidden [n, h]: patch indices -> predicted pixels of the hidden patches [n, h, p*p]."""
        n = images.shape[0]
        patches = patchify(images, self.patch)
        positions = self.pos_embed[:, 1:].expand(n, -1, -1)
        encoded = self.tokens(gather_tokens(patches, visible), gather_tokens(positions, visible))

        decoder_positions = self.decoder_pos_embed[:, 1:].expand(n, -1, -1)
        cls_position = self.decoder_pos_embed[:, :1].expand(n, -1, -1)
        known_position = torch.cat([cls_position, gather_tokens(decoder_positions, visible)], dim=1)
        known = self.decoder_embed(encoded) + known_position
        asked = self.mask_token + gather_tokens(decoder_positions, hidden)
        x = torch.cat([known, asked], dim=1)
        for block in self.decoder_blocks:
            x = block(x)
        return self.decoder_pred(self.decoder_norm(x[:, 1 + visible.shape[1] :]))

    def loss(self, images: Tensor, visible: Tensor, hidden: Tensor, unbiased: bool = True) -> Tensor:
        """Mean squared error on hidden patches against pixels normalised per patch.

        `unbiased` divides the patch's variance by p*p - 1, as the MAE reference does.
        """
        target = gather_tokens(patchify(images, self.patch), hidden)
        mean = target.mean(dim=-1, keepdim=True)
        variance = target.var(dim=-1, keepdim=True, unbiased=unbiased)
        target = (target - mean) / (variance + TARGET_EPS).sqrt()
        return F.mse_loss(self.prediction(images, visible, hidden), target)


class ContrastiveModel(nn.Module):
    """SimCLR (Chen et al. 2020): mean-pooled patch tokens, a two-layer projection head, NT-Xent."""

    def __init__(
        self,
        side: int,
        patch: int,
        width: int,
        depth: int,
        heads: int,
        hidden: int = 512,
        out: int = 128,
        activation: str = "gelu",
    ):
        super().__init__()
        self.encoder = VisionTransformer(side, patch, width, depth, heads)
        self.activation = {"gelu": F.gelu, "relu": F.relu}[activation]
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, out)

    def loss(self, images: Tensor, temperature: float = 0.2) -> Tensor:
        """images [2n, 1, s, s], view-major: i and i + n are two views of one image."""
        pooled = self.encoder(images)[:, 1:].mean(dim=1)
        return nt_xent(self.fc2(self.activation(self.fc1(pooled))), temperature)


def nt_xent(embeddings: Tensor, temperature: float) -> Tensor:
    """Normalised temperature-scaled cross-entropy over [2n, d], view-major; self-similarity left out."""
    z = F.normalize(embeddings, dim=1)
    total = z.shape[0]
    similarity = z @ z.T / temperature
    similarity = similarity.masked_fill(torch.eye(total, dtype=torch.bool, device=z.device), -math.inf)
    partner = (torch.arange(total, device=z.device) + total // 2) % total
    return F.cross_entropy(similarity, partner)


def is_decayed(name: str, parameter: Tensor) -> bool:
    """Weight decay is for the matrices alone: no bias, norm, token or position embedding."""
    plain = name.rsplit(".", 1)[-1]
    return parameter.ndim > 1 and plain not in {"cls_token", "mask_token", "pos_embed", "decoder_pos_embed"}


def initialise(model: nn.Module, seed: int) -> None:
    """Xavier-uniform matrices, zero biases, tokens of deviation 0.02: the MAE reference's start."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if not parameter.requires_grad:
                continue
            if name.endswith("_token"):
                parameter.normal_(0, 0.02, generator=generator)
            elif is_decayed(name, parameter):
                nn.init.xavier_uniform_(parameter.flatten(1), generator=generator)
            elif "norm" in name and name.endswith("weight"):
                parameter.fill_(1)
            else:
                parameter.zero_()
