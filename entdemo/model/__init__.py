"""The network: CLIP base, LoRA, fused CLS tokens and spherical interpolation."""
