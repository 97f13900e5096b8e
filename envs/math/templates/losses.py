"""Something shrinks: giving, eating, losing, selling, leaving; what is left, how much went."""

from envs.math.template import Template
from envs.math.vocabulary import BAKED, FLOWERS, FRUIT, GOODS, SMALL, SWEETS, THINGS

TEMPLATES = (
    Template(
        "gives-away",
        """
        {A} has {start:{item}}. {A.he} [gives|hands] {given} [of them |]to {B}. How many {items} does
        {A} have [left|now]?

        {A} starts with {start:{item}}. {A.he} shares {given} with {B}. How many {items} does {A} end
        with?

        [{B} has no {items}. |]If {A} has {start:{item}} and gives {given} of them to {B}, how many
        {items} are left for {A}?
        """,
        numbers={"left": (2, 80), "given": (2, 60), "start": "left + given"},
        words={"item": THINGS + FRUIT},
        solve="start - given",
        answer="left",
    ),
    Template(
        "eats-some",
        """
        {A} [has|baked] {start:{sweet}}. {A.he} eats {eaten} of them. How many {sweets} are left?

        There were {start:{sweet}}[ and {cups:cup of tea}|] on the table. {A} ate {eaten} of the
        {sweets}. How many {sweets} were left on the table?

        After {A} ate {eaten} of the {start:{sweet}} [in the kitchen|on the plate], how many {sweets}
        remained?
        """,
        numbers={"left": (1, 40), "eaten": (2, 20), "cups": (2, 6), "start": "left + eaten"},
        words={"sweet": SWEETS},
        solve="start - eaten",
        answer="left",
    ),
    Template(
        "loses-some",
        """
        {A} starts with {start:{item}}. {A.he} loses {lost}. How many {items} does {A} end with?

        {A} had {start:{item}}, but {lost} of them [got lost|were lost|fell into the river]. How many
        {items} does {A} have [now|left]?

        {A} is {age:year} old and lost {lost} of {A.his} {start:{item}} [on the way home|at the park].
        How many {items} does {A} still have?
        """,
        numbers={"left": (2, 70), "lost": (2, 40), "age": (6, 14), "start": "left + lost"},
        words={"item": THINGS},
        solve="start - lost",
        answer="left",
    ),
    Template(
        "shop-sells",
        """
        A [shop|store] had {stock:{item}}. [It was open until {hour} o'clock. |]It sold {sold}
        [today|of them]. How many {items} [are left|does it still have]?

        {A} took {stock:{item}} to the market and sold {sold}. How many {items} did {A} bring home?
        """,
        numbers={"left": (2, 300), "sold": (2, 300), "stock": "left + sold", "hour": (4, 9)},
        words={"item": GOODS + FLOWERS},
        solve="stock - sold",
        answer="left",
    ),
    Template(
        "gave-how-many",
        """
        {A} had {before:{item}}. {A.he} gave some of them to {B}. {A.he} has {after} left. How many
        {items} did {A} give to {B}?

        There were {before:{item}}[ and {other:book}|] in {A}'s bag. {B} took some of the {items}, and
        {after} are left. How many {items} did {B} take?
        """,
        numbers={"after": (2, 80), "gift": (2, 60), "other": (2, 5), "before": "after + gift"},
        words={"item": THINGS},
        solve="before - after",
        answer="gift",
    ),
    Template(
        "leave-the-bus",
        """
        {start:{rider}} were on [a bus|the train|a ferry]. At the next stop, {off} got off. How many
        {riders} [were still on board|stayed on board]?

        {off} of the {start:{rider}} on a [bus|train] got off at {A}'s stop. How many {riders} were
        left?
        """,
        numbers={"left": (3, 60), "off": (2, 30), "start": "left + off"},
        words={"rider": ["child", "passenger", "person", "student", "tourist"]},
        solve="start - off",
        answer="left",
    ),
    Template(
        "colder-at-night",
        """
        In the afternoon it was {day:degree}. At night it was {drop:degree} colder. How many degrees
        was it at night?

        The temperature was {day:degree} and fell by {drop:degree}. What is the temperature now?
        """,
        numbers={"night": (30, 70), "drop": (3, 25), "day": "night + drop"},
        solve="day - drop",
        answer="night",
    ),
    Template(
        "rope-cut-off",
        """
        {A} has a [rope|board|ribbon] that is {whole:foot} long. {A.he} cuts off {part:foot}. How many
        feet are left?

        From a [cable|rope] of {whole:foot}, {A} used {part:foot}. How long is the rest, in feet?
        """,
        numbers={"rest": (2, 60), "part": (2, 40), "whole": "rest + part"},
        solve="whole - part",
        answer="rest",
    ),
    Template(
        "gets-then-gives",
        """
        {A} had {start:{item}}. {B} gave {A.him} {received:more {item}}. Then {A} gave {given} to {C}.
        How many {items} does {A} have now?

        {A} starts with {start:{item}}, gets {received} from {B} and gives {given} to {C}. How many
        {items} does {A} end with?
        """,
        numbers={
            "rest": (1, 50),
            "given": (2, 30),
            "received": (2, 40),
            "start": "rest + given",
            "end": "rest + received",
        },
        words={"item": THINGS + FRUIT},
        solve="start + received - given",
        answer="end",
    ),
    Template(
        "sold-twice",
        """
        {A} baked {baked:{cake}}. {A.he} sold {morning} in the morning and {afternoon} in the
        afternoon. How many {cakes} [are left|were not sold]?

        {A} had baked {baked:{cake}}. <In the morning {A.he} sold {morning}.> <In the afternoon {A.he}
        sold {afternoon}.> How many {cakes} does {A.he} still have?
        """,
        numbers={
            "left": (2, 30),
            "morning": (2, 40),
            "afternoon": (2, 40),
            "baked": "left + morning + afternoon",
        },
        words={"cake": BAKED},
        solve="baked - morning - afternoon",
        answer="left",
    ),
    Template(
        "bags-after-snack",
        """
        {A} has {bags:bag} of {each:{sweet}} each. {A.he} eats {eaten}. How many {sweets} are left?

        There were {each:{sweet}} in each of {bags:bag}. {A} and {B} ate {eaten} of the {sweets}. How
        many remained?
        """,
        numbers={"bags": (2, 12), "each": (6, 24), "eaten": (2, 11), "left": "bags * each - eaten"},
        words={"sweet": SWEETS},
        solve="bags * each - eaten",
        answer="left",
    ),
    Template(
        "trays-sold-and-baked",
        """
        A bakery had {trays:tray} with {each:{cake}} on each. It sold {sold:{cake}} and then baked
        {fresh} more. How many {cakes} does it have now?

        {A} put {each:{cake}} on each of {trays:tray}. <Customers bought {sold}.> <{A} added {fresh}
        fresh ones.> How many {cakes} are on the trays now?
        """,
        numbers={
            "trays": (3, 9),
            "each": (8, 24),
            "sold": (5, 20),
            "fresh": (5, 40),
            "now": "trays * each - sold + fresh",
        },
        words={"cake": BAKED},
        solve="trays * each - sold + fresh",
        answer="now",
    ),
    Template(
        "half-of-the-boxes",
        """
        {A} has {boxes:box} of {each:{item}}. {A.he} sells half of the {items} and then gives {given}
        away. How many {items} are left?

        There were {each:{item}} in each of {boxes:box}. Half of all {items} were sold, and then
        {given} more. How many {items} are there still?
        """,
        numbers={
            "boxes": (2, 9),
            "half": (4, 15),
            "each": "half * 2",
            "given": (2, 7),
            "left": "boxes * half - given",
        },
        words={"item": THINGS},
        solve="boxes * each / 2 - given",
        answer="left",
    ),
    Template(
        "train-with-cars",
        """
        A train has {cars:car} with {each:passenger} in each. At the next station {off} get off and
        {on} get on. How many passengers are on the train then?

        There are {each:passenger} in each of the {cars:car} of a train. <At {A}'s station {off} leave
        the train.> <At {A}'s station {on} board it.> How many passengers does it carry now?
        """,
        numbers={
            "cars": (3, 9),
            "each": (12, 60),
            "off": (3, 30),
            "on": (3, 40),
            "end": "cars * each - off + on",
        },
        solve="cars * each - off + on",
        answer="end",
    ),
    Template(
        "two-sizes-of-packs",
        """
        {A} has {large:large box} of {many:{item}} each and {small:small box} of {few:{item}} each.
        {A.he} gives {given} to {B}. How many {items} does {A.he} have left?

        <There are {many:{item}} in each of {large:large jar}.> <There are {few:{item}} in each of
        {small:small jar}.> {A} takes out {given:{item}}. How many are in the jars now?
        """,
        numbers={
            "large": (2, 8),
            "many": (20, 50),
            "small": (2, 9),
            "few": (4, 12),
            "given": (5, 40),
            "left": "large * many + small * few - given",
        },
        words={"item": SMALL},
        solve="large * many + small * few - given",
        answer="left",
    ),
)
