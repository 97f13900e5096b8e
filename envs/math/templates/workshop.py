"""Making and repairing: material, parts, machines, pages and rooms."""

from envs.math.template import Template
from envs.math.vocabulary import COLORS, DAYS

TEMPLATES = (
    Template(
        "wheels-for-carts",
        """
        A mechanic fits every {cart} with {wheels:wheel}. How many wheels does {A.he} need for
        {count:{cart}}?

        {wheels:screw} hold one hinge in place. How many screws hold {count:hinge}?
        """,
        numbers={"wheels": [2, 3, 4, 6], "count": (3, 40), "total": "wheels * count"},
        words={"cart": ["cart", "wagon", "trolley"]},
        solve="wheels * count",
        answer="total",
    ),
    Template(
        "fabric-for-curtains",
        """
        A tailor cuts {cloth:yard} of cloth into curtains of {each:yard}. How many curtains come out of it?

        {each:yard} of wool go into one blanket. How many blankets can be woven from {cloth:yard}?
        """,
        numbers={"each": (2, 9), "count": (3, 20), "cloth": "each * count"},
        solve="cloth / each",
        answer="count",
    ),
    Template(
        "bricks-still-missing",
        """
        A wall takes {needed:brick}. The mason has laid {laid} so far. How many bricks does {A.he} still
        have to lay?

        {laid} of the {needed:tile} of the kitchen floor are in place. How many tiles are yet to be laid?
        """,
        numbers={"laid": (20, 200), "missing": (10, 150), "needed": "laid + missing"},
        solve="needed - laid",
        answer="missing",
    ),
    Template(
        "paint-of-two-colors",
        """
        To get the right shade, {A} mixes {first:liter} of {color} paint with {second:liter} of {other}
        paint. How many liters of paint does that make?

        A painter used up {first:can} of {color} and {second:can} of {other} paint [on {day}|on one
        house]. How many cans were emptied?
        """,
        numbers={"first": (2, 30), "second": (2, 30), "total": "first + second"},
        words={"color": COLORS, "other": COLORS, "day": DAYS},
        solve="first + second",
        answer="total",
    ),
    Template(
        "printer-minutes",
        """
        A printer puts out {rate:page} a minute. How many minutes does a report of {pages:page} take?

        At {rate:brick} a minute, for how many minutes must a machine run to make {pages:brick}?
        """,
        numbers={"rate": (3, 15), "minutes": (2, 20), "pages": "rate * minutes"},
        solve="pages / rate",
        answer="minutes",
    ),
    Template(
        "plank-sawn-shorter",
        """
        A plank measures {long:inch}. The carpenter saws off {off:inch}. What is the length of the
        remaining plank?

        {A}'s new curtain is {long:inch} long and must be shortened by {off:inch} to fit the window. How
        long will it be then?
        """,
        numbers={"rest": (10, 90), "off": (2, 30), "long": "rest + off"},
        solve="long - off",
        answer="rest",
    ),
    Template(
        "beads-on-necklaces",
        """
        {A} strings necklaces of {beads:bead} each. How many beads are used up after {count:necklace}?

        It takes {beads:nail} to mend a fence panel. {A} mends {count:panel} [on {day}|before lunch]. How
        many nails does that take?
        """,
        numbers={"beads": (6, 40), "count": (2, 12), "total": "beads * count"},
        words={"day": DAYS},
        solve="beads * count",
        answer="total",
    ),
    Template(
        "battery-charge",
        """
        A lamp's battery lasts {full:hour}. The lamp has been burning for {used:hour}. For how many more
        hours will it give light?

        The candle on the table burns for {full:minute} in all and was lit {used:minute} ago. After how many
        more minutes will it go out?
        """,
        numbers={"rest": (3, 40), "used": (2, 30), "full": "rest + used"},
        solve="full - used",
        answer="rest",
    ),
    Template(
        "plaster-and-paint",
        """
        Mixing plaster takes {water:cup} of water for each bag. How many cups of water do {bags:bag} take?

        A painter needs {water:liter} of paint per room and paints {bags:room} [this week|in a school].
        How many liters is that in total?
        """,
        numbers={"water": (2, 12), "bags": (2, 12), "total": "water * bags"},
        solve="water * bags",
        answer="total",
    ),
    Template(
        "cable-cut-evenly",
        """
        An electrician cuts a cable of {long:foot} into {parts} pieces of equal length. How many feet long
        is each piece?

        {parts:shelf} of the same width fill a wall that is {long:foot} wide. How wide is one shelf, in
        feet?
        """,
        numbers={"each": (2, 15), "parts": (3, 10), "long": "each * parts"},
        solve="long / parts",
        answer="each",
    ),
)
