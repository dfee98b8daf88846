"""The form for own cases, and what it says of its progress."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from entdemo.errors import PageError
from entdemo.gallery.teaching import COLUMNS as TEACHING
from entdemo.gallery.tree import PICTURE_ENDINGS
from entdemo.locale.numbers import count
from entdemo.taxonomy import (
    LABELS,
    REGIONS,
    STATED_NAMES,
    findings_of,
    region_of,
)
from entdemo.ui.gallery_tab_intake import MOST
from entdemo.ui.header import running_line
from entdemo.ui.i18n import alert, attribute, attribute_of, both, capital, spans, word

if TYPE_CHECKING:
    from entdemo.gallery.cases import Case
    from entdemo.predictor import Predictor
    from entdemo.ui.editor import Added, Editor


def form() -> str:
    """Everything to hand in own cases."""
    return (
        f'<form id="edit-cases" data-most="{MOST}" data-endings="{" ".join(PICTURE_ENDINGS)}">'
        f"{_drop()}"
        f'<p class="edit-table" hidden>{both("edit.by_table")} <strong></strong> '
        f'<button type="button" class="link" data-leave-table>{both("edit.leave_out")}</button></p>'
        f'<ul class="edit-rows"></ul>{_common()}'
        f'<p class="edit-sending" role="status" hidden>{both("edit.sending")} '
        f'<progress max="1" value="0" {attribute_of("aria-label", "edit.sending")}></progress> '
        f"<b></b></p></form>{_row()}{_findings()}{_too_many()}"
    )


def place(editor: Editor, predictor: Predictor) -> str:
    """Where own cases go, and what the page's head says of the gallery by now."""
    where = shown_folder(editor.folder)
    copies = f"<p>{both('edit.copies', folder=where)}</p>" if editor.copies else ""
    return (
        f"<h2>{both('edit.title')}</h2><p>{both('edit.where', folder=where)}</p>{copies}"
        f"<p>{both('edit.privacy')}</p><template>{running_line(predictor)}</template>"
    )


def shown_folder(folder: Path) -> str:
    """The folder as people know it: ``~`` stands for their home."""
    home = Path.home()
    return str(Path("~") / folder.relative_to(home) if folder.is_relative_to(home) else folder)


def _drop() -> str:
    accept = ",".join(("image/*", ".csv", *PICTURE_ENDINGS))
    return (
        f'<div class="drop"><p class="drop-main with-mouse">{both("edit.drop")}</p>'
        f'<p class="hint">{both("edit.drop_table", most=MOST)}</p></div>'
        '<div class="ways"><label class="primary file"><input type="file" multiple class="unseen" '
        f'accept="{accept}">{both("edit.choose")}</label></div>'
        f'<p class="hint small">{both("edit.table_columns")}</p><p class="hint small">'
        f'{both("edit.many")} <button type="button" class="link" data-go="batch">'
        f"{both('tab.batch')}</button></p>"
    )


def _common() -> str:
    """What holds for every picture, and the button."""
    return (
        f'<fieldset class="edit-common" hidden><legend class="subhead">{both("edit.all")}</legend>'
        f"{_field('source', 'gallery.source')}{_field('licence', 'edit.licence')}</fieldset>"
        f'<label class="tick edit-strange" hidden><input type="checkbox" name="sure">'
        f"{both('edit.strange')}</label>"
        f'<button type="submit" class="primary" hidden>{both("edit.add")}</button>'
    )


def _field(name: str, key: str) -> str:
    return f'<label>{both(key)}<input type="text" name="{name}" maxlength="500"></label>'


def _row() -> str:
    """One picture; the page fills in a copy for each."""
    first = f'<option value="" {attribute_of("label", "edit.choose_class")}></option>'
    return (
        '<template id="edit-row"><li class="edit-row">'
        f'<img {attribute_of("alt", "edit.picture")} width="120" height="120">'
        f'<div class="edit-fields"><p class="edit-name"></p><label>{both("gallery.class")}'
        f'<select name="class">{first}{_classes()}</select></label>'
        f'<label>{both("gallery.finding")}<input type="text" name="finding" maxlength="100">'
        f"</label>{_field('caption_en', 'edit.caption_en')}"
        f"{_field('caption_vi', 'edit.caption_vi')}<details><summary>{both('edit.teaching')}"
        f"</summary>{''.join(_field(name, f'edit.{name}') for name in TEACHING)}</details>"
        f'<button type="button" class="link" data-leave>{both("edit.leave_out")}</button></div>'
        "</li></template>"
    )


def _classes() -> str:
    return "".join(
        f'<option value="{name}" data-region="{region_of(name)}" {_label(STATED_NAMES[name])}>'
        f"{capital(STATED_NAMES[name]['en'])}</option>"
        for name in LABELS
    )


def _label(names: dict[str, str]) -> str:
    return attribute("label", capital(names["en"]), capital(names["vi"]))


def _findings() -> str:
    """Findings of each region, offered while one is typed."""
    lists = ""
    for region in REGIONS:
        options = "".join(
            f"<option {attribute('value', finding.en, finding.vi)}></option>"
            for finding in findings_of(region)
        )
        lists += f'<datalist id="findings-{region}">{options}</datalist>'
    return lists


def _too_many() -> str:
    error = alert(PageError("edit.too_many", most=MOST))
    return f'<template id="edit-too-many">{error}</template>'


def removal_dialog() -> str:
    """Asks before a case is removed."""
    return (
        '<dialog id="edit-remove" aria-labelledby="edit-sure">'
        f'<h2 id="edit-sure">{both("edit.sure")}</h2>'
        '<img alt="" width="240" height="240"><p class="hint"></p>'
        f'<div class="quiz-actions"><button type="button" class="primary" data-sure>'
        f'{both("edit.remove")}</button><button type="button" class="quiet" data-keep>'
        f"{both('edit.cancel')}</button></div></dialog>"
    )


def texts_dialog() -> str:
    """What may be changed of an own case; the page fills it in."""
    fields = "".join(
        f'<label>{both(f"edit.{name}")}<textarea name="{name}" rows="2" maxlength="500">'
        "</textarea></label>"
        for name in ("caption_en", "caption_vi", *TEACHING)
        if name != "link"
    )
    return (
        '<dialog id="edit-texts" aria-labelledby="edit-texts-title"><form>'
        f'<h2 id="edit-texts-title">{both("edit.texts")}</h2><p class="hint"></p>'
        f'<div class="edit-fields"><label>{both("gallery.class")}<select name="class">{_classes()}'
        f"</select></label><label>{both('gallery.finding')}"
        f'<input type="text" name="finding" maxlength="100"></label><label>{both("edit.link")}'
        f'<input type="url" name="link" maxlength="500" pattern="https?://.+"></label>'
        f"{_field('source', 'gallery.source')}{_field('licence', 'edit.licence')}{fields}"
        f'</div><div class="ways"><button type="submit" class="primary">{both("edit.keep_texts")}'
        f'</button><button type="button" class="quiet" data-texts-close>{both("case.close")}'
        "</button></div></form></dialog>"
    )


def progress_bar(number: int, of: int | None, pictures: int) -> str:
    """How far adding is: pictures are read first, then their places are computed."""
    key, total = ("edit.reading", pictures) if of is None else ("edit.computing", of)
    label = attribute_of("aria-label", key)
    return (
        f'<p role="status">{both(key)} <progress max="{total}" value="{number}" {label}></progress>'
        f" {number} / {total}</p>"
    )


def done(added: Added, held: int) -> str:
    """What came of adding."""
    lines = (
        word("edit.done", code, new=added.new, known=added.known, all=count(held, code))
        for code in ("en", "vi")
    )
    return f'<p class="edit-done" role="status">{spans(*lines)}</p>'


def revised(case: Case) -> str:
    """Which case was changed."""
    return f'<p class="edit-done" role="status">{both("edit.revised", case=case.case_id)}</p>'


def put_back(case: Case, held: int) -> str:
    """What was put back."""
    return f'<p class="edit-done" role="status">{_changed("edit.put_back", case, held)}</p>'


def _changed(key: str, case: Case, held: int) -> str:
    names = STATED_NAMES[case.class_name]
    lines = (word(key, code, name=names[code], all=count(held, code)) for code in ("en", "vi"))
    return spans(*lines)


def removed(case: Case, held: int) -> str:
    """What was removed, and how to have it back."""
    return (
        f'<p class="edit-done" role="status">{_changed("edit.removed", case, held)} '
        f'<button type="button" class="quiet" data-restore="{escape(case.case_id)}">'
        f"{both('edit.undo')}</button></p>"
    )
