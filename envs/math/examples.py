"""The math environment's worked examples: question and program. Their kinds of story occur in no task."""

from __future__ import annotations

from typing import Final

EXAMPLES: Final = (
    (
        "A lighthouse keeper climbed 85 steps before lunch and 64 steps after lunch. How many steps did "
        "she climb?",
        "def solution():\n    steps_before = 85\n    steps_after = 64\n    return steps_before + steps_after",
    ),
    (
        "A potter made 63 bowls and packed them into 9 crates. How many bowls are in each crate?",
        "def solution():\n    bowls = 63\n    crates = 9\n    return bowls / crates",
    ),
    (
        "A diver needs 25 pearls. He already has 9 pearls. How many more pearls does he need?",
        "def solution():\n    pearls_needed = 25\n    pearls_already = 9\n"
        "    return pearls_needed - pearls_already",
    ),
    (
        "There are 6 cannons on a ship. How many cannons are on 9 ships?",
        "def solution():\n    cannons_per_ship = 6\n    ships = 9\n    return cannons_per_ship * ships",
    ),
    (
        "The blue kite flew 30 meters high and the red kite flew 12 meters higher. How high did the red "
        "kite fly?",
        "def solution():\n    blue_kite = 30\n    higher = 12\n    return blue_kite + higher",
    ),
    (
        "A well held 200 liters of water. A camel drank 30 liters. How many liters are left in the well?",
        "def solution():\n    liters = 200\n    liters_drunk = 30\n    return liters - liters_drunk",
    ),
)
