"""Something grows: receiving, finding, joining, adding; what there was at first."""

from envs.math.template import Template
from envs.math.vocabulary import BIRDS, DAYS, FLOWERS, FRUIT, RELATIVES, SWEETS, THINGS

TEMPLATES = (
    Template(
        "gets-more",
        """
        {A} starts with {start:{item}}. {A.he} gets {received} more from {B}. How many {items} does
        {A} end with?

        [{C} has {extra:{item}}. |]{A} has {start:{item}}. {B} gives {A.him} {received:more {item}}.
        How many {items} does {A} have [now|in all|altogether]?

        If {A} has {start:{item}} and gets {received} more from {B}, how many {items} will {A} have?
        """,
        numbers={"start": (2, 99), "received": (2, 50), "extra": (2, 40), "end": "start + received"},
        words={"item": THINGS + FRUIT},
        solve="start + received",
        answer="end",
    ),
    Template(
        "puts-in-box",
        """
        There are {before:{item}} in {box.a}. {A} puts {added:more {item}} [inside|into it]. How many
        {items} are [now in the {box}|in the {box} now]?

        {box.a} holds {before:{item}}[ and weighs {weight:pound}|]. {A} adds {added} more {items}. How
        many {items} are in it then?

        If there are {before:{item}} in {box.a} and {A} puts {added} more inside, how many {items} are
        in the {box}?
        """,
        numbers={"before": (2, 90), "added": (2, 90), "weight": (2, 9), "after": "before + added"},
        words={"item": THINGS, "box": ["box", "jar", "basket", "drawer", "bag"]},
        solve="before + added",
        answer="after",
    ),
    Template(
        "birds-join",
        """
        {sitting:{bird}} were sitting [on a fence|in a tree|on a roof]. [It was {hour} o'clock.
        |]{joined} more [came to join|joined] them. How many {birds} were there [altogether|in all]?

        {joined:{bird}} flew to a tree in which {sitting} others were already sitting. How many
        {birds} were in the tree then?
        """,
        numbers={"sitting": (2, 60), "joined": (2, 40), "hour": (6, 11), "together": "sitting + joined"},
        words={"bird": BIRDS},
        solve="sitting + joined",
        answer="together",
    ),
    Template(
        "two-days-found",
        """
        {A} picked {first:{item}} on {day} and {second} more the next day. How many {items} did {A.he}
        pick in [all|total]?

        <On {day}, {A} picked {first:{item}}.> <On {other}, {A} picked {second:{item}}.> How many
        {items} did {A} pick on these two days?
        """,
        numbers={"first": (2, 80), "second": (2, 80), "total": "first + second"},
        words={"item": FRUIT + FLOWERS, "day": DAYS, "other": DAYS},
        solve="first + second",
        answer="total",
    ),
    Template(
        "before-giving",
        """
        {A} gave {given:{item}} to {A.his} {friend}. Now {A.he} has {left} left. How many {items} did
        {A} have [at the beginning|before|at first]?

        After {A} gave away {given:{item}}, {A.he} still had {left}. With how many {items} did {A}
        start?
        """,
        numbers={"left": (2, 60), "given": (2, 40), "start": "left + given"},
        words={"item": THINGS, "friend": RELATIVES},
        solve="given + left",
        answer="start",
    ),
    Template(
        "got-how-many",
        """
        {A} had {before:{item}}. [It was {day}. |]{B} gave {A.him} some more. Now {A} has
        {after:{item}}. How many {items} did {B} give {A.him}?

        {A} has {before:{item}} in the morning and {after} in the evening, because {B} brought {A.him}
        some. How many {items} did {B} bring?
        """,
        numbers={"before": (2, 90), "gift": (2, 60), "after": "before + gift"},
        words={"item": THINGS + FRUIT, "day": DAYS},
        solve="after - before",
        answer="gift",
    ),
    Template(
        "plant-grows",
        """
        A [sunflower|young tree|bean plant] was {before:inch} tall. It grew {growth:more inch} [in
        May|this month]. How tall is it now, in inches?

        When {A} measured {A.his} [tomato plant|sunflower], it was {before:inch} tall. Since then it
        has grown {growth:inch}. What is its height in inches?
        """,
        numbers={"before": (4, 60), "growth": (2, 30), "now": "before + growth"},
        solve="before + growth",
        answer="now",
    ),
    Template(
        "temperature-change",
        """
        In the morning it was {morning:degree}. By noon it was {rise:degree} warmer. What was the
        temperature at noon?

        On {day} the temperature in the morning was {morning:degree}, and it rose by {rise:degree}
        until noon. How many degrees was it at noon?
        """,
        numbers={"morning": (35, 75), "rise": (3, 25), "noon": "morning + rise"},
        words={"day": DAYS},
        solve="morning + rise",
        answer="noon",
    ),
    Template(
        "three-gifts",
        """
        For {A.his} birthday, {A} got {first:{item}} from {B}, {second} from {C} and {third} from
        {A.his} {aunt}. How many {items} did {A} get [altogether|in all]?

        {A} asked everyone for {items}. <{B} brought {first}.> <{C} brought {second}.> <{A}'s {aunt}
        brought {third}.> How many {items} does {A} have now, if {A.he} had none before?
        """,
        numbers={"first": (2, 40), "second": (2, 40), "third": (2, 40), "total": "first + second + third"},
        words={"item": THINGS, "aunt": RELATIVES},
        solve="first + second + third",
        answer="total",
    ),
    Template(
        "before-two-losses",
        """
        {A} ate {eaten:{sweet}} and gave {given} to {B}. Then {A.he} had {left} left. How many
        {sweets} did {A} have at first?

        <{A} gave {B} {given:{sweet}}.> <{A} ate {eaten:{sweet}} [{A.him}self|with lunch].> Now there
        are {left} in the bag. How many {sweets} were in the bag at the beginning?
        """,
        numbers={"left": (1, 30), "eaten": (2, 12), "given": (2, 20), "start": "left + eaten + given"},
        words={"sweet": SWEETS},
        solve="left + eaten + given",
        answer="start",
    ),
    Template(
        "collection-by-week",
        """
        {A} had {start:{item}}. Every week {A.he} gets {weekly} more. How many {items} will {A.he}
        have after {weeks:week}?

        {A} collects {items} and adds {weekly:{item}} to {A.his} {start} every week. How many will
        there be in {weeks:week}?
        """,
        numbers={"start": (4, 60), "weekly": (2, 9), "weeks": (2, 12), "end": "start + weekly * weeks"},
        words={"item": THINGS},
        solve="start + weekly * weeks",
        answer="end",
    ),
    Template(
        "library-day",
        """
        A library had {start:book} on a shelf. On {day}, readers borrowed {borrowed} and brought back
        {returned}. How many books were on the shelf [then|after that]?

        On {day} morning there were {start:book} on the shelf. <Readers took away {borrowed}.>
        <Readers brought back {returned} that had been missing.> How many books does the shelf hold
        now?
        """,
        numbers={
            "stayed": (10, 200),
            "borrowed": (2, 60),
            "returned": (2, 60),
            "start": "stayed + borrowed",
            "end": "stayed + returned",
        },
        words={"day": DAYS},
        solve="start - borrowed + returned",
        answer="end",
    ),
    Template(
        "on-and-off-the-bus",
        """
        There were {start:{rider}} on a [bus|train|ferry]. At the first stop, {off} got off and {on}
        got on. How many {riders} were on board then?

        A [bus|train] arrives with {start:{rider}}. <{off} of them get off.> <{on} new {riders} get
        on.> With how many {riders} does it leave?
        """,
        numbers={
            "stayed": (2, 40),
            "off": (2, 20),
            "on": (2, 20),
            "start": "stayed + off",
            "end": "stayed + on",
        },
        words={"rider": ["child", "passenger", "person", "student", "tourist"]},
        solve="start - off + on",
        answer="end",
    ),
    Template(
        "tank-in-and-out",
        """
        There are {start:liter of water} in a tank. A pump adds {rate:liter} a minute for
        {minutes:minute}. Then {A} uses {used:liter}. How many liters are in the tank now?

        <For {minutes:minute}, {rate:liter} a minute flow into a tank> that had {start:liter of water}
        at first. Then {A} takes out {used:liter}. How many liters are left?
        """,
        numbers={
            "start": (10, 90),
            "rate": (3, 15),
            "minutes": (3, 20),
            "used": (5, 18),
            "end": "start + rate * minutes - used",
        },
        solve="start + rate * minutes - used",
        answer="end",
    ),
)
