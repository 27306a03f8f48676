"""The documents are held to the code: links, pictures, commands, variables, constraints and tests that they name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

from tests.own import APPS

ROOT = Path(__file__).resolve().parents[2]
# What .gitignore leaves out, and git's own.
NOT_OURS = {".git", ".venv", "var", "__pycache__", "htmlcov", "staticfiles", "test-results"}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]+")
# In the table of what is always true, beside constraints and triggers: two fields and a method.
NOT_CONSTRAINTS = {"submission_key", "fence", "for_staff"}
REGISTRY = re.compile(r"https?://[^\s\"'<>]*/(simple|packages)\b|index-url[= ]+[\"']?https?:")
MACHINE_PATH = re.compile(r"(?<![\w.$}:/-])/(home|root|Users|work|mnt)/\w|file://(?!\{)/\w")


def own_files() -> Iterator[Path]:
    """Every file of the checkout that is not made by a tool."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        made = any(part in NOT_OURS or part.endswith("_cache") or part == ".hypothesis" for part in parts)
        if path.is_file() and not made:
            yield path


DOCUMENTS = [path for path in own_files() if path.suffix == ".md"]


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def section(document: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def table(document: str, heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its first two lines."""
    rows = [line for line in section(document, heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def own_commands() -> set[str]:
    return {command for command, app in get_commands().items() if app in {*APPS, "config"}}


def test_there_are_documents_to_look_at() -> None:
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} <= set(names(DOCUMENTS))
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").split()[:3] == ["GNU", "AFFERO", "GENERAL"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_link_and_picture_leads_to_a_file(document: Path) -> None:
    targets = [target.partition("#")[0] for target in LINK.findall(document.read_text(encoding="utf-8"))]
    inside = [target for target in targets if target and not re.match(r"[a-z]+:", target)]
    assert [target for target in inside if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_command_and_test_that_is_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    commands = set(re.findall(r"manage\.py ([a-z_]+)", text))
    assert commands - set(get_commands()) == set()
    tests = set(re.findall(r"\btests/[\w/.]+\w", text))
    assert {name for name in tests if not (ROOT / name).exists()} - {"tests/browser"} == set()


def test_the_readme_has_every_command_of_ours_and_no_other() -> None:
    listed = [re.findall(r"`(\w+)`", row[0])[0] for row in table("README.md", "Commands")]
    assert sorted(listed) == sorted(own_commands())


def test_the_readme_names_constraints_and_triggers_that_are_declared() -> None:
    declared: set[str] = set()
    for model in apps.get_models():
        declared |= {constraint.name for constraint in model._meta.constraints}
        declared |= {trigger.name for trigger in getattr(model._meta, "triggers", [])}
    rows = table("README.md", "What is always true, and what holds it")
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    assert len(named) > 20
    assert named - declared == NOT_CONSTRAINTS


def variables_read() -> set[str]:
    """The environment variables that config/ asks for by a literal name."""
    found: set[str] = set()
    for path in sorted((ROOT / "config").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found |= set(_names_asked_by(node))
    return found


def _names_asked_by(node: ast.AST) -> Iterator[str]:
    """The name in `env.str("X")`, `secret("X")`, `os.environ.get("X")` or `os.environ["X"]`."""
    if isinstance(node, ast.Call) and node.args:
        asked, argument = ast.unparse(node.func), node.args[0]
    elif isinstance(node, ast.Subscript):
        asked, argument = ast.unparse(node.value), node.slice
    else:
        return
    if not re.fullmatch(r"env\.\w+|secret|os\.environ(\.\w+)?", asked):
        return
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and VARIABLE.fullmatch(argument.value):
        yield argument.value


def test_operations_lists_every_variable_that_is_read_and_no_other() -> None:
    listed = {re.findall(r"`(\w+)`", row[0])[0] for row in table("docs/operations.md", "Environment")}
    assert {"DATABASE_URL", "SECRET_KEY", "VAR_DIR"} <= variables_read()
    assert listed == variables_read()


def test_a_decision_has_its_four_parts_on_at_most_forty_lines() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [record.name[:4] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    for record in records:
        text = record.read_text(encoding="utf-8")
        parts = re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "Alternatives"], record.name
        assert len(text.splitlines()) <= 40, record.name


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    found = []
    for path in own_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, an archive, a table in another encoding
        for pattern in (REGISTRY, MACHINE_PATH):
            if hit := pattern.search(text):
                found.append((str(path.relative_to(ROOT)), hit.group()))
    assert found == []


# In two parts each, because this file is searched as well.
@pytest.mark.parametrize(
    "parts",
    [("https:", "//packages.example.org/simple"), ("--index-url ", "https://x.example"), ("/home", "/somebody/x")],
)
def test_the_search_finds_what_it_looks_for(parts: tuple[str, str]) -> None:
    text = "".join(parts)
    assert REGISTRY.search(text) or MACHINE_PATH.search(text)
