"""Reads a number with its unit, percent or currency sign: "5 cm", "5\\text{ cm}", "28\\%", "$1,250".

Two spellings of one unit come to one name ("square centimetres", "cm^2"). Units are not converted: whether
60 s is 1 min is left open. Purely textual; what stands before the unit is read elsewhere.
"""

from __future__ import annotations

import re

from symbolic.answers.notation import WORDS
from symbolic.answers.terms import FUNCTIONS

MAX_TEXT = 200  # characters of a number with its unit

_SPELLINGS = """
% percent|percentage|pct|per cent
° degree|deg
$ dollar
€ euro
¢ cent
mm millimeter|millimetre
cm centimeter|centimetre
m meter|metre
km kilometer|kilometre
in inch|inches
ft foot|feet
yd yard
mi mile
mg milligram
g gram|gramme
kg kilogram
lb lbs|pound
oz ounce
ml mL|milliliter|millilitre
l L|liter|litre
ms millisecond
s second|sec
min minute
h hr|hrs|hour
kph km/h|kilometers/hour|kilometres/hour|kmph
mph mile/hour|miles/hour|mi/h
"""
_NAMES = {
    spelling: name
    for line in _SPELLINGS.strip().splitlines()
    for name, spellings in [line.split(" ", 1)]
    for spelling in (name, *spellings.split("|"))
}
_ABBREVIATIONS = frozenset(name for name in _NAMES if name.isalpha() and len(name) < 4)
_FACTORS = """
hundred thousand million billion trillion dozen score half halve quarter third fourth fifth sixth seventh
eighth ninth tenth eleventh twelfth hundredth thousandth millionth squared cubed times
"""
_MULTIPLES = frozenset(form for word in _FACTORS.split() for form in (word, word + "s"))
_PROSE = re.compile(
    r"\b(?:is|are|was|were|be|the|that|it|total|left|remain\w*)\b|^(?:of|so|as) |\bin [A-Za-z]",
    re.IGNORECASE,
)
"""Words of a sentence, which are no unit."""

_NO_UNITS = frozenset((*FUNCTIONS, "and", "or", "mod", "choose", "pi", "inf", "infinity", "remainder", "j"))

_SIGNS = r"\\?%|\\?\$|[€£¥¢₹°′]|\^\s*\{?\s*\\circ\s*\}?|\\degree|\\circ"
_CIRCLE = re.compile(r"\\(?:circ|degree)(?![A-Za-z])")
_PREFIXED = re.compile(r"([-+]?)\s*(\\?\$|[€£¥₹])\s*([-+]?[\d.].*)", re.ASCII)
_SIGNED = re.compile(rf"(.*[\w.)}}])\s*({_SIGNS})", re.ASCII)
_BRACKETED = re.compile(r"\([^(){}\[\]]*\)|\{[^(){}\[\]]*\}|\[[^(){}\[\]]*\]")
_EXPONENT = re.compile(r"(?<=[\d.])[eE][-+](?=\d)")
_PLUS = re.compile(r"(?<=[\w.!|])\s*[-+]")
_POWER = r"(?:\s*(?:\^\s*\{?\s*[23]\s*\}?|[²³]))?"
_WORDED = re.compile(rf"(.*?[^\s\\])\s*{WORDS}\s*\{{([^{{}}]*)\}}({_POWER})\.?")
_PLAIN = re.compile(rf"(.*[\d.)}}])(\s*)((?:[A-Za-z]+(?:[ /.][A-Za-z]+)*){_POWER})\.?", re.ASCII)


def split_unit(spelling: str) -> tuple[str, str] | None:
    """What stands before the unit, and the unit's name ("" for one that is not understood); else None."""
    found = _split(spelling) if len(spelling) <= MAX_TEXT else None
    return None if found is None or _is_sum(found[0]) else found


def _is_sum(text: str) -> bool:
    """Whether a sum outside brackets stands before the unit, which may belong to its last term alone."""
    while (outside := _BRACKETED.sub("0", text)) != text:
        text = outside
    return _PLUS.search(_EXPONENT.sub("", text)) is not None


def _split(spelling: str) -> tuple[str, str] | None:
    if found := _PREFIXED.fullmatch(spelling):
        return found[1] + found[3], unit_name(found[2])
    if found := _SIGNED.fullmatch(spelling):
        return found[1], unit_name(found[2])
    if found := _WORDED.fullmatch(spelling):
        return found[1], unit_name(found[2] + found[3])
    found = _PLAIN.fullmatch(spelling)
    if found and _is_unit(found[3], bool(found[2])):
        return found[1], unit_name(found[3])
    return None


def _is_unit(text: str, apart: bool) -> bool:
    """Whether letters after a number are a unit and no product: known, or a word that stands apart."""
    words = re.findall("[A-Za-z]+", text)
    if any(word in _NO_UNITS for word in words):
        return text == "min"
    single = len(words) == 1 and len(words[0]) == 1
    if single or words[0] in _ABBREVIATIONS or _NAMES.get(words[0]):
        return apart and words[0] in _NAMES if single else words[0] in _NAMES
    return apart and (len(words[0]) > 2 or _PROSE.search(text) is not None)


def unit_name(text: str) -> str:
    """One name for the spellings of a unit; "" for what multiplies ("million") or goes on as a sentence."""
    text = re.sub(r"\s*\^\s*\{?\s*([23])\s*\}?", r"^\1", text.replace("²", "^2").replace("³", "^3"))
    text = re.sub(r"\\([%$])", r"\1", " ".join(text.split()).strip(" .,"))
    text = re.sub(r"\s*(?:/|\bper\b)\s*", "/", text) if text != "per cent" else text
    if _CIRCLE.search(text):
        return "°"
    if _PROSE.search(text) or any(word.lower() in _MULTIPLES for word in re.findall("[A-Za-z]+", text)):
        return ""
    text = re.sub(r"\b(?:square|sq) (\w+)", r"\1^2", re.sub(r"\b(?:cubic|cu) (\w+)", r"\1^3", text))
    return _NAMES.get(text) or re.sub("[A-Za-z]+", lambda word: _word(word[0]), text)


def _word(word: str) -> str:
    plain = word.lower() if len(word) > 3 else word
    singular = plain[:-1] if len(plain) > 3 and plain.endswith("s") else plain
    return _NAMES.get(plain) or _NAMES.get(singular) or singular
