"""Build what a recipe learns from: frames, the tokenizer and texts."""

from __future__ import annotations

from dataclasses import dataclass

from accelerate import PartialState

from entdemo.bundle.weights import TOKENIZER, Bundle
from entdemo.model.base import Tokenize, base_shape, create_tokenizer, is_hybrid
from entdemo.model.preprocess import Preprocess, preprocess_of
from entdemo.storage.atomic import write_atomically
from entdemo.text.tokenizer import train_bpe
from entdemo.training.config import EntrepSource, FolderSource, Source, TrainConfig
from entdemo.training.data import FrameSet, draw_frames, read_entrep_frames, read_frames
from entdemo.training.log import Say
from entdemo.training.sentences import Sentence
from entdemo.training.texts import TextBank, draw_sentences

_MARGIN = 1.15
"""Training squares are this much larger than the network's input, so crops stay sharp."""


@dataclass(frozen=True)
class TrainingData:
    """Frames in memory.

    Attributes:
        preprocess: of the network.
        by_source: all frames that are trained on.
        train: those of ``config.data.train``, which statistics are fitted on.
        validation: frames to select and calibrate on.
        told: lines that say what was taken of folders and what was left out.
    """

    preprocess: Preprocess
    by_source: dict[Source, FrameSet]
    train: FrameSet
    validation: FrameSet
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrainingTexts:
    """Texts for the frames of each source, and the function that tokenizes them."""

    tokenize: Tokenize
    banks: dict[Source, TextBank]


def build_data(
    config: TrainConfig, start: Bundle | None, processes: PartialState, say: Say
) -> TrainingData:
    """Draw or read all frames of a recipe.

    Raises:
        UserError: see ``data.read_frames`` and ``data.read_entrep_frames``.
    """
    model = config.model
    preprocess = start.preprocess if start else preprocess_of(model.base, model.tag)
    size = square_side(preprocess.image_size)
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        say(line)

    def frames(source: Source) -> FrameSet:
        if isinstance(source, FolderSource):
            return read_frames(source.folder, size, tell)
        if isinstance(source, EntrepSource):
            return read_entrep_frames(source, size, tell)
        say(f"drawing {source.n} phantom frames from seed {source.seed}")
        with processes.main_process_first():
            return draw_frames(source, size, config.runs / "frames")

    by_source = {source: frames(source) for source in config.sources}
    train, validation = by_source[config.data.train], frames(config.data.validation)
    return TrainingData(preprocess, by_source, train, validation, tuple(told))


def square_side(image_size: int) -> int:
    """Side of training squares for a network that takes ``image_size``, in pixels."""
    return int(image_size * _MARGIN) // 8 * 8


def build_texts(
    config: TrainConfig, data: TrainingData, start: Bundle | None, processes: PartialState, say: Say
) -> TrainingTexts:
    """Compose sentences, and train or load the tokenizer."""
    say(f"composing {config.sentence_pool} sentences")
    pool = draw_sentences(config.sentence_pool, config.seed)
    with processes.main_process_first():
        tokenize = _tokenizer(config, pool, data.train, start)
    banks = {source: TextBank(it, pool, tokenize) for source, it in data.by_source.items()}
    return TrainingTexts(tokenize, banks)


def _tokenizer(
    config: TrainConfig, pool: list[Sentence], train: FrameSet, start: Bundle | None
) -> Tokenize:
    """The base's own; a hybrid base takes that of ``start``, or one trained on this run's texts."""
    name = config.model.base
    if not is_hybrid(name):
        return create_tokenizer(name)
    path = config.run_folder / TOKENIZER
    if not path.exists() and start:
        write_atomically(path, (start.folder / TOKENIZER).read_bytes())
    elif not path.exists():
        corpus = [*(item.text for item in pool), *train.captions_en, *train.captions_vi]
        bpe = train_bpe(corpus, base_shape(name).vocab_size)
        write_atomically(path, bpe.to_str(pretty=True).encode())
    return create_tokenizer(name, path)
