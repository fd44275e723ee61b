"""Selectors that write their SQL themselves ask where reads go at this moment."""

import ast

from tests.unit.demo.support import ROOT


class TestSelectors:
    def test_ask_which_connection_reads(self) -> None:
        modules = sorted(ROOT.glob("*/selectors/**/*.py"))
        assert len(modules) > 30
        fixed = [
            str(module.relative_to(ROOT))
            for module in modules
            for node in ast.walk(ast.parse(module.read_text()))
            if isinstance(node, ast.ImportFrom)
            and node.module == "django.db"
            and "connection" in {alias.name for alias in node.names}
        ]
        assert fixed == []
