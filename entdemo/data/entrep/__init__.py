"""The ENTRep challenge's folder: reading it, splitting it, answering its tracks.

What is known of the folder's layout stands in ``files``; nothing of it ships with this project.
"""

from entdemo.data.entrep.files import is_entrep
from entdemo.data.entrep.reader import EntrepItem, EntrepSet, read_entrep
from entdemo.data.entrep.splits import group_split

__all__ = ["EntrepItem", "EntrepSet", "group_split", "is_entrep", "read_entrep"]
