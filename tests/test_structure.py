"""Imports point one way, and what must not spread has not spread."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "hub").rglob("*.py"))

EDGES = {"views", "admin", "webservice", "transfer", "feeds", "jobs", "cli", "callers", "feature"}
TOP_EDGES = {
    "hub",
    "hub.cli",
    "hub.commands",
    "hub.readiness",
    "hub.serving",
    "hub.errorpages",
    "hub.accesslog",
    "hub.ratelimits",
}
STORIES = {"registration", "search", "directory", "doctor", "frontpage", "demo"}
NOUNS = {"courses", "sites"}
MEANS = {"webservices", "tokens", "accounts", "admin", "mail", "jobs", "storage", "settings", "events", "outgoing"}
MEANS |= {"challenge", "privacy"}
LAYERS = ("ground", "means", "nouns", "stories", "edges")


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def layer(module: str) -> str:
    parts = module.split(".")
    if module in TOP_EDGES or parts[-1].rpartition("_")[2] in EDGES:
        return "edges"
    folder = parts[1] if len(parts) > 1 else ""
    for name, folders in (("stories", STORIES), ("nouns", NOUNS), ("means", MEANS)):
        if folder in folders:
            return name
    return "ground"


KNOWN = {name_of(path) for path in MODULES}


@cache
def imports(path: Path) -> tuple[str, ...]:
    """The modules of ours that this file imports, each named down to the module."""
    return tuple(dict.fromkeys(_imports(ast.parse(path.read_text()))))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "hub")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "hub":
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield deeper if deeper in KNOWN else node.module


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down_or_sideways_never_up(path: Path) -> None:
    own = LAYERS.index(layer(name_of(path)))
    upward = [each for each in imports(path) if LAYERS.index(layer(each)) > own]
    assert upward == []


def test_sites_know_nothing_of_courses() -> None:
    knowing = [
        name_of(path)
        for path in MODULES
        if path.parts[-2] == "sites"
        and layer(name_of(path)) == "nouns"
        and any(each.startswith("hub.courses") for each in imports(path))
    ]
    assert knowing == []


def test_no_module_imports_itself_through_others() -> None:
    graph = {name_of(path): set(imports(path)) for path in MODULES if path.name != "__init__.py"}
    done: set[str] = set()

    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, f"import knot: {' → '.join((*trail, module))}"
        if module not in done:
            for each in graph.get(module, ()):
                walk(each, (*trail, module))
            done.add(module)

    for module in graph:
        walk(module, ())


@pytest.mark.parametrize("path", [path for path in MODULES if name_of(path) != "hub"], ids=name_of)
def test_nothing_is_imported_inside_a_function(path: Path) -> None:
    functions = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))
    hidden = [
        ast.unparse(node)
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def importers(library: str) -> set[str]:
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import) and any(alias.name.split(".")[0] == library for alias in node.names):
                found.add(name_of(path))
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == library:
                found.add(name_of(path))
    return found


@pytest.mark.parametrize("library", ["requests", "urllib3", "httpx", "aiohttp"])
def test_only_the_guarded_client_reaches_out(library: str) -> None:
    assert {module for module in importers(library) if not module.startswith("hub.outgoing")} == set()


def test_rules_know_no_request_and_no_session() -> None:
    offenders = set()
    for path in MODULES:
        if layer(name_of(path)) not in ("nouns", "stories"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module in ("flask", "flask_login"):
                banned = {"request", "session", "flash", "abort", "url_for", "redirect", "current_user"}
                offenders |= {f"{name_of(path)}: {alias.name}" for alias in node.names if alias.name in banned}
    assert offenders == set()


def test_only_edges_commit() -> None:
    committing = {
        name_of(path)
        for path in MODULES
        if layer(name_of(path)) in ("nouns", "stories")
        and any(
            word in path.read_text() for word in ("session.commit(", "transaction(db.session", "retrying(db.session")
        )
    }
    assert committing == set()
