"""The small text tower's tokenizer."""

from __future__ import annotations

from pathlib import Path

import pytest

from entdemo.text.tokenizer import Tokenizer, train_bpe

CORPUS = ["Right eardrum is red.", "Màng nhĩ phải đỏ.", "Dây thanh mở.", "Vocal cords open."] * 20


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(train_bpe(CORPUS, 400), 16, vocab_size=400)


def test_rows_start_and_end_and_are_padded(tokenizer: Tokenizer) -> None:
    rows = tokenizer(["red", "màng nhĩ phải đỏ"])
    assert rows.shape == (2, 16)
    assert rows[:, 0].tolist() == [398, 398]
    assert (rows == 399).sum(1).tolist() == [1, 1]
    assert rows[0, -1] == 0


def test_long_texts_keep_their_end_mark(tokenizer: Tokenizer) -> None:
    row = tokenizer(["eardrum " * 50])[0]
    assert row[-1] == 399


def test_any_text_fits_the_vocabulary(tokenizer: Tokenizer) -> None:
    rows = tokenizer(["", "漢字 🙂 \x00", "Ẩ Ờ ỹ"])
    assert int(rows.max()) == 399
    assert int(rows.min()) == 0


def test_file_round_trip(tokenizer: Tokenizer, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    tokenizer.bpe.save(str(path))
    again = Tokenizer.load(path, 16, vocab_size=400)
    assert again(CORPUS[:4]).equal(tokenizer(CORPUS[:4]))
