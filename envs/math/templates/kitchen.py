"""Recipes, eggs, flour and juice."""

from envs.math.template import Template
from envs.math.vocabulary import BAKED, VEGETABLES

TEMPLATES = (
    Template(
        "recipe-batches",
        """
        One batch of {cakes} takes {cups:cup of flour}. How many cups of flour does {A} need for
        {batches:batch}?

        A recipe for {cakes} calls for {cups:cup of sugar}. {A} wants to make it {batches:time}. How
        many cups of sugar will {A.he} use?
        """,
        numbers={"cups": (2, 6), "batches": (2, 24), "total": "cups * batches"},
        words={"cake": BAKED},
        solve="cups * batches",
        answer="total",
    ),
    Template(
        "recipe-still-needed",
        """
        {A} is making soup[ for {guests:guest}|]. The recipe wants {total:{item}}. {A.he} has already
        put in {done}. How many {items} does {A.he} still have to add?

        A [soup|stew] needs {total:{item}}. {A} has cut up {done}. How many {items} are still to be
        cut?
        """,
        numbers={"done": (2, 15), "left": (2, 15), "guests": (3, 9), "total": "done + left"},
        words={"item": VEGETABLES},
        solve="total - done",
        answer="left",
    ),
    Template(
        "eggs-in-dozens",
        """
        {A} [bought|needs] {dozens:dozen} eggs. How many eggs is that?

        A [baker|cook] uses {dozens:dozen} eggs a day. How many eggs is that?
        """,
        numbers={"dozens": (2, 30), "eggs": "dozens * 12"},
        solve="dozens * 12",
        answer="eggs",
    ),
    Template(
        "eggs-in-days",
        """
        A cafe uses {eggs:egg} a day. Eggs are sold in boxes of {box}. How many boxes does it need for
        {days:day}?

        {A}'s family drinks {eggs:bottle of milk} a day, and a crate holds {box:bottle}. How many
        crates last {days:day}?
        """,
        numbers={
            "box": [6, 10, 12],
            "part": (2, 5),
            "days": (2, 14),
            "eggs": "box * part",
            "boxes": "part * days",
        },
        solve="eggs * days / box",
        answer="boxes",
    ),
    Template(
        "juice-for-the-party",
        """
        {A} mixes {juice:liter of juice} with {water:liter of water} and fills glasses, {glasses} from
        each liter. How many glasses are there?

        There are <{juice:liter of juice}> and <{water:liter of water}> on the table. {A} mixes them.
        How many glasses can {A.he} fill, if one liter fills {glasses:glass}?
        """,
        numbers={
            "juice": (2, 9),
            "water": (2, 9),
            "glasses": [4, 5, 6, 8],
            "total": "(juice + water) * glasses",
        },
        solve="(juice + water) * glasses",
        answer="total",
    ),
    Template(
        "two-recipes-flour",
        """
        A cake needs {cake:cup of flour} and a loaf of bread needs {bread:cup}. {A} makes {cakes:cake}
        and {loaves:loaf}. How many cups of flour does {A.he} use?

        <Each cake takes {cake:cup of flour}.> <Each loaf of bread takes {bread:cup of flour}.> How
        many cups of flour are in {cakes:cake} and {loaves:loaf}?
        """,
        numbers={
            "cake": (2, 5),
            "bread": (3, 6),
            "cakes": (2, 9),
            "loaves": (2, 9),
            "total": "cake * cakes + bread * loaves",
        },
        solve="cake * cakes + bread * loaves",
        answer="total",
    ),
)
