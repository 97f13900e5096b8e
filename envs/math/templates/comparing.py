"""Two or three amounts compared: more, fewer, times as many, the difference, all together."""

from envs.math.template import Template
from envs.math.vocabulary import BIRDS, DAYS, FISH, FLOWERS, FRUIT, GOODS, SMALL, THINGS

TEMPLATES = (
    Template(
        "two-people-together",
        """
        {A} has {first:{item}} and {B} has {second}. How many {items} do they have
        [together|altogether|in total]?

        <{A} has {first:{item}}.> <{B} has {second:{item}}.>[ They are {age:year} old.|] How many
        {items} do the two of them have?

        {A} has {first:{item}}. {B} has {second:{item}}. If {B} gives all of {B.his} {items} to {A},
        how many {items} will {A} have?
        """,
        numbers={"first": (2, 90), "second": (2, 90), "age": (6, 12), "together": "first + second"},
        words={"item": THINGS + FRUIT},
        solve="first + second",
        answer="together",
    ),
    Template(
        "more-than-other",
        """
        {A} has {count:{item}}. {B} has {more:more {item}} than {A}. How many {items} does {B} have?

        {B} owns {more:more {item}} than {A}, who owns {count}. How many {items} does {B} own?
        """,
        numbers={"count": (3, 90), "more": (2, 50), "result": "count + more"},
        words={"item": THINGS},
        solve="count + more",
        answer="result",
    ),
    Template(
        "fewer-than-other",
        """
        {A} saw {count:{animal}}. {B} saw {fewer} fewer than {A}. How many {animals} did {B} see?

        There are {count:{animal}} in the large tank and {fewer} fewer in the small one. How many
        {animals} are in the small tank?
        """,
        numbers={"result": (2, 60), "fewer": (2, 30), "count": "result + fewer"},
        words={"animal": FISH},
        solve="count - fewer",
        answer="result",
    ),
    Template(
        "how-many-more",
        """
        <{A} has {many:{item}}.> <{B} has {few:{item}}.>[ {C} has none.|] How many more {items} does
        {A} have than {B}?

        {A} picked {many:{item}}, but {B} picked only {few}. How many fewer {items} did {B} pick than
        {A}?

        <{A} sold {many:{item}}>, while <{B} sold {few}>. What is the difference?
        """,
        numbers={"few": (2, 70), "difference": (2, 50), "many": "few + difference"},
        words={"item": FRUIT + FLOWERS},
        solve="many - few",
        answer="difference",
    ),
    Template(
        "times-as-many",
        """
        {A} has {count:{item}}. {B} has {times} times as many. How many {items} does {B} have?

        {B} found {times} times as many {items} as {A}, who found {count}. How many {items} did {B}
        find?
        """,
        numbers={"count": (2, 50), "times": (3, 9), "result": "count * times"},
        words={"item": THINGS},
        solve="count * times",
        answer="result",
    ),
    Template(
        "times-fewer",
        """
        {A} saw {many:{bird}}, which is {times} times as many as {B} saw. How many {birds} did {B}
        see?

        {A} counted {times} times as many {birds} as {B}. {A} counted {many}. How many did {B} count?
        """,
        numbers={"few": (2, 30), "times": (3, 9), "many": "few * times"},
        words={"bird": BIRDS},
        solve="many / times",
        answer="few",
    ),
    Template(
        "twice-as-many",
        """
        {A} has {count:{item}}. {B} has twice as many. How many {items} does {B} have?

        {B} picked twice as many {items} as {A}[ and {extra} times as many as {C}|]. {A} picked
        {count}. How many {items} did {B} pick?
        """,
        numbers={"count": (2, 60), "extra": (3, 5), "result": "count * 2"},
        words={"item": FRUIT + FLOWERS},
        solve="count * 2",
        answer="result",
    ),
    Template(
        "together-with-more",
        """
        {A} has {count:{item}}. {B} has {more} more than {A}. How many {items} do they have together?

        {B} picked {more:more {item}} than {A}. {A} picked {count}. How many {items} did the two pick
        in total?
        """,
        numbers={"count": (3, 50), "more": (2, 30), "total": "count + count + more"},
        words={"item": FRUIT + FLOWERS},
        solve="count + (count + more)",
        answer="total",
    ),
    Template(
        "together-with-times",
        """
        {A} has {count:{item}}. {B} has {times} times as many. How many {items} do they have together?

        {B} read {times} times as many books as {A} last year. {A} read {count}. How many books did
        both read in all?
        """,
        numbers={"count": (3, 40), "times": (3, 6), "total": "count + count * times"},
        words={"item": THINGS},
        solve="count + count * times",
        answer="total",
    ),
    Template(
        "together-with-twice",
        """
        {A} has {count:{item}} and {B} has twice as many. How many {items} do the two of them have
        together?

        {A} sold {count:{item}} on {day} and twice as many on the next day. How many {items} did {A}
        sell on both days?
        """,
        numbers={"count": (3, 60), "total": "count + 2 * count"},
        words={"item": GOODS, "day": DAYS},
        solve="count + 2 * count",
        answer="total",
    ),
    Template(
        "two-against-one",
        """
        {A} scored {first:point} in the first game and {second} in the second. {B} scored
        {other:point} in all. How many more points did {A} score than {B}?

        <{B} has {other:point}.> <{A} won {first:point} on {A.his} first try and {second} on {A.his}
        second.> By how many points is {A} ahead?
        """,
        numbers={
            "first": (5, 40),
            "lead": (2, 20),
            "rest": (2, 30),
            "second": "lead + rest",
            "other": "first + rest",
        },
        solve="first + second - other",
        answer="lead",
    ),
    Template(
        "chain-of-three",
        """
        {A} has {count:{item}}. {B} has {more} more than {A}. {C} has {fewer} fewer than {B}. How many
        {items} does {C} have?

        {C} has {fewer:fewer {item}} than {B}, and {B} has {more} more than {A}. {A} has {count}. How
        many {items} does {C} have?
        """,
        numbers={
            "count": (20, 80),
            "more": (2, 30),
            "fewer": (2, 15),
            "result": "count + more - fewer",
        },
        words={"item": THINGS},
        solve="count + more - fewer",
        answer="result",
    ),
    Template(
        "make-equal",
        """
        {A} has {many:{item}} and {B} has {few}. How many {items} must {A} give to {B} so that both
        have the same number?

        <There are {many:{item}} in the left drawer.> <There are {few:{item}} in the right drawer.>
        How many must {A} move from left to right so that both drawers hold equally many?
        """,
        numbers={"few": (2, 40), "moved": (2, 20), "many": "few + 2 * moved"},
        words={"item": THINGS},
        solve="(many - few) / 2",
        answer="moved",
    ),
    Template(
        "half-then-more",
        """
        {A} has {total:{item}}. {B} has half as many, and then finds {more} more. How many {items}
        does {B} have now?

        {B} had half as many {items} as {A}, who has {total}. Today {B} got {more} more. How many does
        {B} have?
        """,
        numbers={"half": (2, 40), "more": (2, 20), "total": "half * 2", "result": "half + more"},
        words={"item": THINGS},
        solve="total / 2 + more",
        answer="result",
    ),
    Template(
        "times-more-then-gives",
        """
        {A} has {count:{item}}. {B} has {times} times as many, gets {more} from {C} and gives {given}
        to {B.his} sister. How many {items} does {B} have now?

        {B} had {times} times as many {items} as {A}, who had {count}. Then {B} <found {more}> and
        <lost {given}>. How many {items} did {B} end up with?
        """,
        numbers={
            "count": (5, 25),
            "times": (3, 5),
            "more": (2, 20),
            "given": (2, 9),
            "end": "count * times + more - given",
        },
        words={"item": SMALL},
        solve="count * times + more - given",
        answer="end",
    ),
    Template(
        "three-collections",
        """
        {A} has {count:{item}}. {B} has {more} more than {A}, and {C} has {times} times as many as
        {A}. How many {items} do the three have together?

        {A} found {count:{item}}. <{B} found {more} more than {A}.> <{C} found {times} times as many
        as {A}.> How many {items} did they find in all?
        """,
        numbers={
            "count": (5, 40),
            "more": (2, 20),
            "times": (3, 5),
            "total": "count + count + more + count * times",
        },
        words={"item": THINGS},
        solve="count + (count + more) + count * times",
        answer="total",
    ),
)
