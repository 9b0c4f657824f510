"""The house keeps its form: directions, sizes, names, thin tasks."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.cli import lint_imports as _cli  # noqa: F401  configures the library

ROOT = Path(__file__).parents[2]
PACKAGES = [ROOT / "tracker", ROOT / "roadmap"]
PYTHON = sorted(path for package in PACKAGES for path in package.rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted(path for package in PACKAGES for path in (package / "templates").rglob("*.html"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "process", "handle", "data", "info"}
NAMED_BY_OTHERS = {"handle", "data"}
"""Methods that Django's commands and the targets of lxml's parsers have to have."""
LONGEST_FILE, LONGEST_FUNCTION = 440, 60


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def test_imports_only_go_down_the_staircase(capsys: pytest.CaptureFixture[str]) -> None:
    kept = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)
    assert kept, capsys.readouterr().out


def test_files_and_functions_stay_short() -> None:
    long_files = [f"{path.relative_to(ROOT)}" for path in PYTHON if len(path.read_text().splitlines()) > LONGEST_FILE]
    long_functions = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in PYTHON
        for node in functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno > LONGEST_FUNCTION
    ]
    assert not long_files
    assert not long_functions


def test_no_module_or_function_has_an_empty_name() -> None:
    named = {path.stem: path for path in PYTHON} | {node.name: path for path in PYTHON for node in functions(path)}
    assert not FORBIDDEN_NAMES & (set(named) - NAMED_BY_OTHERS), "say what it does"


def test_verbs_are_keyword_only_and_told_who_and_when() -> None:
    wrong = []
    for path in (path for path in PYTHON if path.stem == "actions" or path.parent.name == "actions"):
        if path.parts[-2] == "history" or path.parent.parent.name == "history":
            continue
        for node in functions(path):
            decorated = any("atomic" in ast.unparse(decorator) for decorator in node.decorator_list)
            if decorated and (node.args.args or not node.args.kwonlyargs):
                wrong.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert not wrong


def test_verb_names_are_unique() -> None:
    seen: dict[str, Path] = {}
    for path in PYTHON:
        if path.stem != "actions" and path.parent.name != "actions":
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                assert node.name not in seen, f"{node.name}: {path} and {seen[node.name]}"
                seen[node.name] = path


def test_a_task_is_one_call() -> None:
    tree = ast.parse((ROOT / "tracker" / "tasks.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            body = [
                line for line in node.body if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            ]
            assert len(body) == 1, f"{node.name} is not one call"


def test_nothing_in_a_template_breaks_the_policy_of_nonces() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in TEMPLATES
        for word in (" style=", " onclick=", " onchange=", " onsubmit=", "javascript:", "|safe")
        if word in path.read_text()
    ]
    assert not wrong
