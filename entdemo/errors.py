"""What a person can act on, as typed errors; their sentences stand in ``entdemo/locale``.

An error is raised where it happens, by the type of the thing that is wrong: who catches it asks for
the type, never for the wording.
"""

from __future__ import annotations

from collections.abc import Sequence

from entdemo.locale import Language, error_text


class UserError(Exception):
    """A problem that the user can act on, told in one sentence in English and Vietnamese.

    Args:
        key: of the sentence in the catalogue of errors.
        values: what the sentence's fields are filled with; a UserError by its own sentence, a list
            of them by one after the other.
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(self.text("en"))

    def text(self, language: Language) -> str:
        """The sentence in ``language``."""
        values = {name: _spelt(value, language) for name, value in self.values.items()}
        return error_text(self.key, language, **values)


def _spelt(value: object, language: Language) -> object:
    """A field's value as it stands in a sentence; of several errors their sentences in a row."""
    if isinstance(value, UserError):
        return value.text(language)
    if isinstance(value, list):
        return " ".join(str(_spelt(one, language)) for one in value)
    return value


class SettingError(UserError):
    """A setting, a flag or the surroundings: device, address, login."""


class MissingPartError(SettingError):
    """An optional package, or a part of the checkout, is not installed."""


class FrameError(UserError):
    """A file handed in as a frame is no picture that can be used."""


class QueryError(UserError):
    """A description, a filter or a number of a query cannot be used."""


class StorageError(UserError):
    """A file or a folder cannot be written."""


class BundleError(UserError):
    """A weight bundle is missing, damaged or not to be trusted."""


class HubError(UserError):
    """The Hub, or what it sent, cannot be used."""


class NoAccessError(HubError):
    """The Hub does not let this account read or write the repo."""


class GalleryError(UserError):
    """A gallery is missing, damaged, busy, or lacks what was asked for."""


class BadPictureError(GalleryError):
    """Pictures for a gallery cannot be read."""


class GalleryLockedError(GalleryError):
    """Another process is writing the gallery."""


class OtherWeightsError(GalleryError):
    """Weights other than those that are loaded made the gallery's vectors."""


class DataError(UserError):
    """A data set, a table or a file of answers cannot be used."""


MOST_NAMED = 20
"""Of more mistakes in one file or folder the first are told, and how many there are."""


def in_one(errors: Sequence[UserError]) -> UserError:
    """One error that tells all mistakes of a file or a folder, so that all are mended in one go."""
    different = list({str(error): error for error in errors}.values())
    if len(different) == 1:
        return different[0]
    return DataError("folder.mistakes", count=len(different), each=different[:MOST_NAMED])


class TrainingError(UserError):
    """A recipe, or a run of it, cannot go on."""


class AdaptationError(UserError):
    """Weights cannot learn from a user's frames, or gain nothing from them."""


class PageError(UserError):
    """A visitor's action cannot be carried out: quiz, own cases, sheet."""
