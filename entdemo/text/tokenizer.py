"""Byte-level BPE for the small text tower, trained on the project's own sentences.

Source: Sennrich et al., "Neural machine translation of rare words with subword units", ACL 2016;
byte-level alphabet as in GPT-2, so no Vietnamese letter is ever unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer as BpeTokenizer
from tokenizers import decoders, models, pre_tokenizers, trainers
from torch import Tensor

from entdemo.text.wording import normalise

PAD = "<pad>"


class Tokenizer:
    """Texts to token ids; the end token has the highest id, where open_clip pools.

    Args:
        bpe: the learnt vocabulary; ids stay below ``vocab_size - 2``.
        context_length: columns of a batch.
        vocab_size: size of the text tower's embedding table.
    """

    def __init__(self, bpe: BpeTokenizer, context_length: int, vocab_size: int) -> None:
        self.bpe = bpe
        self.context_length = context_length
        self._start, self._end = vocab_size - 2, vocab_size - 1

    @classmethod
    def load(cls, path: Path, context_length: int, vocab_size: int) -> Tokenizer:
        """Read a ``tokenizer.json`` that has the shape of those of ``train_bpe``.

        Raises:
            ForeignTokenizerError: it has other parts: padding, normalizers, expressions, ...
            Exception: any of the reading library's.
        """
        text = path.read_text("utf-8")
        _check_shape(json.loads(text))
        return cls(BpeTokenizer.from_str(text), context_length, vocab_size)

    def __call__(self, texts: list[str]) -> Tensor:
        """Tokenize after ``normalise``.

        Returns:
            int64 [B, context_length]; longer texts are cut, shorter ones padded with 0.
        """
        rows = torch.zeros(len(texts), self.context_length, dtype=torch.int64)
        for row, encoding in zip(
            rows, self.bpe.encode_batch([normalise(text) for text in texts]), strict=True
        ):
            ids = [self._start, *encoding.ids[: self.context_length - 2], self._end]
            row[: len(ids)] = torch.tensor(ids)
        return rows


class ForeignTokenizerError(ValueError):
    """A tokenizer has a part that ours has not; ``key`` leads to it."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__("another kind of tokenizer")


def _check_shape(found: Any) -> None:
    """Everything but vocabulary and merges is as ``train_bpe`` makes it.

    The library would run a stranger's padding and regular expressions at each search.
    """
    if not isinstance(found, dict) or not isinstance(found.get("model"), dict):
        raise ForeignTokenizerError("model")
    ours = json.loads(train_bpe((), 260).to_str())
    _check_part(found.pop("model"), ours.pop("model"), "model.", ("vocab", "merges"))
    _check_part(found, ours, "", ())


def _check_part(found: dict[str, Any], ours: dict[str, Any], at: str, free: Sequence[str]) -> None:
    """Versions of the library differ in which parts they write that are off."""
    for key in sorted((found.keys() | ours.keys()) - set(free)):
        given, wanted = found.get(key), ours.get(key)
        if given != wanted and (given or wanted):
            raise ForeignTokenizerError(f"{at}{key}")


def train_bpe(sentences: Iterable[str], vocab_size: int) -> BpeTokenizer:
    """Learn merges; start and end marks are the two ids above the learnt vocabulary.

    Args:
        sentences: the corpus.
        vocab_size: size of the text tower's embedding table, at least 260.
    """
    bpe = BpeTokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - 2,
        special_tokens=[PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator((normalise(sentence) for sentence in sentences), trainer)
    return bpe
