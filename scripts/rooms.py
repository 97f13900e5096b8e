"""Draws the house: a package's rooms (its folders and loose files) and an arrow where one imports another.

python scripts/rooms.py [PACKAGE]     rooms, arrows and circles of a package (envisions)
python scripts/rooms.py --mermaid     the same as a Mermaid graph, for a document
python scripts/rooms.py --check       exit code 1 where a limit below is passed; part of `make contract`
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp
import networkx as nx

PACKAGES = ("envisions", "envs", "symbolic", "train")
MOST_ROOMS, MOST_ARROWS = 18, 46  # in envisions
MOST_LOOSE = {"envisions": 22, "symbolic": 14}  # files directly in the folder
MOST_LINES = 350  # of a file


def house(package: str) -> nx.DiGraph:
    """The rooms of `package` and what each imports of the others, for type checkers alone included."""
    imports = grimp.build_graph(*PACKAGES, cache_dir=None)
    rooms = nx.DiGraph()
    rooms.add_nodes_from(imports.find_children(package))
    for module in imports.modules:
        for imported in imports.find_modules_directly_imported_by(module):
            one, other = _room(module, package), _room(imported, package)
            if one != other and {one, other} <= set(rooms):
                rooms.add_edge(one, other)
    return rooms


def _room(module: str, package: str) -> str:
    return ".".join(module.split(".")[: package.count(".") + 2])


def loose(package: str) -> list[str]:
    return sorted(path.name for path in Path(package.replace(".", "/")).glob("*.py"))


def long_files() -> list[tuple[str, int]]:
    listed = subprocess.run(["git", "ls-files", "*.py"], capture_output=True, text=True, check=True)
    lines = ((name, len(Path(name).read_text().splitlines())) for name in listed.stdout.split())
    return [(name, count) for name, count in lines if count > MOST_LINES]


def faults() -> list[str]:
    rooms = house("envisions")
    found = [f"{name} has {count} lines; at most {MOST_LINES}" for name, count in long_files()]
    if len(rooms) > MOST_ROOMS:
        found.append(f"envisions has {len(rooms)} rooms; at most {MOST_ROOMS}")
    if rooms.number_of_edges() > MOST_ARROWS:
        found.append(f"envisions has {rooms.number_of_edges()} arrows; at most {MOST_ARROWS}")
    for package in PACKAGES:
        found += [
            f"{package} has a circle: {' → '.join(circle)}" for circle in nx.simple_cycles(house(package))
        ]
    for package, most in MOST_LOOSE.items():
        if len(loose(package)) > most:
            found.append(f"{package} has {len(loose(package))} loose files; at most {most}")
    return found


def draw(package: str, *, mermaid: bool) -> str:
    rooms = house(package)
    if mermaid:
        arrows = (f"  {one.split('.')[-1]} --> {other.split('.')[-1]}" for one, other in sorted(rooms.edges))
        return "\n".join(["graph TD", *arrows])
    lines = [
        f"{room.removeprefix(package + '.'):14} → "
        + ", ".join(sorted(other.removeprefix(package + ".") for other in rooms[room]))
        for room in sorted(rooms)
    ]
    circles = len(list(nx.simple_cycles(rooms)))
    lines.append(
        f"{package}: {len(rooms)} rooms, {rooms.number_of_edges()} arrows, {circles} circles,"
        f" {len(loose(package))} loose files"
    )
    return "\n".join(lines)


def main() -> None:
    arguments = sys.argv[1:]
    named = [argument for argument in arguments if not argument.startswith("--")] or ["envisions"]
    if "--check" in arguments:
        found = faults()
        print("\n".join(found) or "the house stands")
        sys.exit(bool(found))
    print(draw(named[0], mermaid="--mermaid" in arguments))


if __name__ == "__main__":
    main()
