"""Phantom frames: endoscopy-like pictures drawn from numbers, so no patient is behind them."""
