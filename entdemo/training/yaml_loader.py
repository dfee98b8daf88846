"""YAML that notes what people did not mean, each with its place, and goes on."""

from __future__ import annotations

import re
from typing import Any

import yaml

_NOT_DECIMAL = re.compile(r"[-+]?(0[0-9_]+|[0-9][0-9_]*(:[0-5]?[0-9])+)")
"""What YAML 1.1 reads as base 8 or base 60."""

_OF_WRONG_TAGS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""What PyYAML raises on values that are not of the kind that a tag such as ``!!int`` states."""

_DEEPEST = 40
"""Levels inside one another; PyYAML's time grows with their square, and its stack ends at 300."""


class Loader(yaml.SafeLoader):
    """``SafeLoader`` that goes on after values that cannot be right.

    Attributes:
        mistakes: keys that appear twice, numbers that are not decimal, and values that are not what
            their tag states or cannot be keys; in their place stand the last value, YAML's number,
            None or nothing.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.mistakes: list[yaml.MarkedYAMLError] = []

    def fetch_flow_collection_start(self, TokenClass: type[yaml.Token]) -> None:  # noqa: N803
        self._check_depth()
        super().fetch_flow_collection_start(TokenClass)

    def add_indent(self, column: int) -> bool:
        self._check_depth()
        added: bool = super().add_indent(column)
        return added

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except yaml.constructor.ConstructorError as error:
            self.mistakes.append(error)
        except _OF_WRONG_TAGS:
            kind = node.tag.rpartition(":")[2]
            self._note(node, f"“{node.value}” cannot be read as “{kind}”")
        self.recursive_objects.pop(node, None)
        return None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        try:
            self._note_repeated(node)
            return super().construct_mapping(node, deep)
        except yaml.constructor.ConstructorError as error:
            self.mistakes.append(error)
            return {}

    def construct_decimal(self, node: yaml.ScalarNode) -> int | float:
        if _NOT_DECIMAL.fullmatch(node.value.partition(".")[0]):
            self._note(node, f"“{node.value}” would be read as another number")
        is_whole = node.tag == "tag:yaml.org,2002:int"
        return self.construct_yaml_int(node) if is_whole else self.construct_yaml_float(node)

    def _note_repeated(self, node: yaml.Node) -> None:
        if not isinstance(node, yaml.MappingNode):
            return
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                self._note(key, f"“{key.value}” appears a second time")
            seen.add(str(key.value))

    def _check_depth(self) -> None:
        if self.flow_level + len(self.indents) > _DEEPEST:
            problem = f"there are more than {_DEEPEST} levels inside one another"
            raise yaml.scanner.ScannerError(None, None, problem, self.get_mark())

    def _note(self, node: yaml.Node, problem: str) -> None:
        mistake = yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        self.mistakes.append(mistake)


for _kind in ("int", "float"):
    Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", Loader.construct_decimal)
