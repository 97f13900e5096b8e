"""The words that templates draw from: people with their pronouns, things, places, and their plurals.

It covers the nouns and numbers that templates use, not English at large.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    he: str
    him: str
    his: str

    def __str__(self) -> str:
        return self.name


class Noun(str):
    """A singular noun that knows its article."""

    __slots__ = ()

    @property
    def a(self) -> str:
        return f"{'an' if self[0] in 'aeiou' else 'a'} {self}"


def plural(noun: str) -> str:
    """The plural of a noun; of "cup of flour" that of its head."""
    head, of, rest = noun.partition(" of ")
    before, space, last = head.rpartition(" ")
    return f"{before}{space}{_IRREGULAR.get(last) or _regular(last)}{of}{rest}"


def _regular(noun: str) -> str:
    if noun.endswith("fish"):
        return noun
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2] not in "aeou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def spelled(number: int) -> str:
    """Small numbers in words, others in digits."""
    return _WORDS[number] if number < len(_WORDS) else str(number)


def _list(text: str) -> list[str]:
    return [" ".join(word.split()) for word in text.split(",")]


_WORDS = _list("""zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve""")
_IRREGULAR = {
    "child": "children",
    "dozen": "dozen",
    "foot": "feet",
    "goose": "geese",
    "knife": "knives",
    "loaf": "loaves",
    "person": "people",
    "potato": "potatoes",
    "scarf": "scarves",
    "sheep": "sheep",
    "shelf": "shelves",
    "tomato": "tomatoes",
    "woman": "women",
}

_WOMEN = _list(
    """Abena, Aisha, Alice, Amina, Anita, Beatriz, Carmen, Chloe, Clara, Daniela, Elena, Emma, Fatima,
    Freya, Grace, Hana, Ingrid, Isabel, Jasmine, Julia, Kavya, Keiko, Laila, Leah, Lucia, Mei, Mina,
    Nadia, Naomi, Nina, Olga, Olivia, Priya, Rosa, Ruth, Sakura, Salma, Sofia, Tara, Thandi, Valeria,
    Wendy, Yara, Yuki, Zoe"""
)
_MEN = _list(
    """Adam, Ahmed, Alonso, Andre, Ben, Carlos, Chen, Dante, Diego, Elias, Emeka, Felix, Finn, Gabriel,
    Hassan, Hugo, Ivan, Jamal, Jonas, Kenji, Kofi, Leo, Liam, Luca, Malik, Marco, Mateo, Milan, Nikhil,
    Noah, Omar, Oscar, Owen, Pablo, Rafael, Ravi, Samir, Simon, Tariq, Theo, Tomas, Victor, Wei, Yusuf,
    Zane"""
)
PEOPLE = [Person(name, "she", "her", "her") for name in _WOMEN]
PEOPLE += [Person(name, "he", "him", "his") for name in _MEN]

# Things that people own, count, give away and share; the small ones fit into boxes by the dozen.
SMALL = _list(
    """marble, sticker, bottle cap, pencil, crayon, seashell, stamp, coin, button, bead, eraser, magnet,
    badge, paper clip, pebble, acorn, key ring, toy soldier"""
)
THINGS = SMALL + _list(
    """trading card, baseball card, toy car, balloon, ribbon, postcard, block, puzzle piece, comic book,
    ticket, photo, bracelet"""
)
FRUIT = _list("apple, orange, pear, peach, banana, plum, mango, lemon, apricot, kiwi, tangerine")
VEGETABLES = _list("carrot, tomato, potato, onion, pepper, cucumber, turnip, radish, beet, zucchini")
SWEETS = _list("cookie, muffin, brownie, lollipop, candy bar, cupcake, donut, gumdrop, cracker, caramel")
BAKED = _list("cookie, muffin, cupcake, brownie, scone, bread roll, bagel, pretzel, pancake, waffle")
FARM = _list("cow, horse, goat, pig, sheep, duck, goose, chicken, rabbit, donkey")
BIRDS = _list("sparrow, crow, pigeon, robin, finch, parrot, seagull, blackbird, owl, swallow")
FISH = _list("goldfish, guppy, catfish, clownfish, minnow, tetra")
FLOWERS = _list("rose, tulip, daisy, lily, sunflower, orchid, violet, carnation, marigold")
COLORS = _list("red, blue, green, yellow, purple, white, black, pink, brown")
GOODS = _list("notebook, pen, mug, hat, scarf, candle, toy, plate, water bottle, poster, cushion, lamp")
CLOTHES = _list("shirt, sweater, jacket, hat, scarf, dress, coat, hoodie, vest, belt")
CONTAINERS = _list("box, bag, basket, crate, tray, bucket, bin")
RELATIVES = _list("brother, sister, cousin, friend, neighbor, classmate, uncle, aunt")
DAYS = _list("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday")
SUBJECTS = _list("math, science, history, art, music, spelling, geography")
