"""Parts of a whole, averages and ages."""

from envs.math.template import Template
from envs.math.vocabulary import COLORS, FARM, FRUIT, GOODS, RELATIVES, SUBJECTS

TEMPLATES = (
    Template(
        "two-kinds-together",
        """
        There are {first:{animal}} and {second:{other}} on {A}'s farm. How many animals is that [in
        all|altogether]?

        {A} keeps {first:{animal}} and {second:{other}}[, all of them older than {age:year}|]. How
        many animals does {A} keep?
        """,
        numbers={"first": (2, 70), "second": (2, 70), "age": (2, 4), "total": "first + second"},
        words={"animal": FARM, "other": FARM},
        solve="first + second",
        answer="total",
    ),
    Template(
        "rest-of-the-class",
        """
        There are {total:student} in {A}'s class. {girls} of them are girls. How many are boys?

        {A} asked {total:person} whether they like {subject}. {girls} said yes and the others said no.
        How many said no?
        """,
        numbers={"girls": (3, 19), "boys": (3, 16), "total": "girls + boys"},
        words={"subject": SUBJECTS},
        solve="total - girls",
        answer="boys",
    ),
    Template(
        "rest-are-other-color",
        """
        {A} has {total:{item}}. {part} are {color} and the rest are {other}. How many {other} {items}
        does {A} have?

        Of the {total:{item}} in the window, {part} are {color}. All others are {other}. How many are
        {other}?
        """,
        numbers={"part": (2, 50), "rest": (2, 50), "total": "part + rest"},
        words={"item": GOODS, "color": COLORS, "other": COLORS},
        solve="total - part",
        answer="rest",
    ),
    Template(
        "gives-half",
        """
        {A} has {total:{item}} and gives half of them to {A.his} {friend}. How many {items} does {A}
        give away?

        {A} picked {total:{item}}. Half of them were not ripe. How many {items} were not ripe?
        """,
        numbers={"half": (2, 60), "total": "half * 2"},
        words={"item": FRUIT, "friend": RELATIVES},
        solve="total / 2",
        answer="half",
    ),
    Template(
        "third-kind",
        """
        A box holds {total:{item}}. {first} are {color}, {second} are {other} and the rest are
        {third}. How many are {third}?

        {A} has {total:{item}} in three colors. <{first} of them are {color}.> <{second} are {other}.>
        The others are {third}. How many {third} {items} does {A} have?
        """,
        numbers={"first": (2, 40), "second": (2, 40), "rest": (2, 30), "total": "first + second + rest"},
        words={
            "item": ["marble", "bead", "button", "balloon", "crayon"],
            "color": COLORS,
            "other": COLORS,
            "third": COLORS,
        },
        solve="total - first - second",
        answer="rest",
    ),
    Template(
        "average-of-two",
        """
        {A} scored {first} on the first {subject} test and {second} on the second. What is {A.his}
        average score?

        In {subject}, <{A} got {first:point}> and <{B} got {second:point}>. What is the average of
        their points?
        """,
        numbers={
            "first": (60, 92),
            "half": [-4, -3, -2, -1, 1, 2],
            "second": "first + 2 * half",
            "mean": "first + half",
        },
        words={"subject": SUBJECTS},
        solve="(first + second) / 2",
        answer="mean",
    ),
    Template(
        "average-of-three",
        """
        {A} ran {first:mile} on Monday, {second:mile} on Tuesday and {third:mile} on Wednesday. How
        many miles did {A.he} run per day on average?

        <{A} solved {first:problem}.> <{B} solved {second:problem}.> <{C} solved {third:problem}.>
        What is the average number of problems they solved?
        """,
        numbers={
            "mean": (5, 20),
            "up": (1, 4),
            "down": (1, 4),
            "first": "mean + up",
            "second": "mean - down",
            "third": "mean - up + down",
        },
        solve="(first + second + third) / 3",
        answer="mean",
    ),
    Template(
        "average-of-four",
        """
        {A}'s {subject} scores were {first}, {second}, {third} and {fourth}. What was {A.his} average
        score?

        In four games, {A} scored {first}, {second}, {third} and {fourth} points. How many points per
        game is that on average?
        """,
        numbers={
            "mean": (60, 88),
            "up": (2, 9),
            "down": (2, 9),
            "first": "mean + up",
            "second": "mean - down",
            "other": (1, 8),
            "third": "mean + down - other",
            "fourth": "mean - up + other",
        },
        words={"subject": SUBJECTS},
        solve="(first + second + third + fourth) / 4",
        answer="mean",
    ),
    Template(
        "age-in-years",
        """
        {A} is {age:year} old. How old will {A.he} be in {years:year}?

        {A}'s {relative} is {age} years old. What will {A}'s {relative}'s age be {years:year} from
        now?
        """,
        numbers={"age": (4, 60), "years": (2, 25), "then": "age + years"},
        words={"relative": RELATIVES},
        solve="age + years",
        answer="then",
    ),
    Template(
        "age-difference",
        """
        <{A} is {old:year} old.> <{B} is {young:year} old.> How many years older is {A} than {B}?

        {A} is {old} years old and {A.his} friend {B} is {young}. How many years younger is {B}?
        """,
        numbers={"young": (3, 50), "difference": (2, 30), "old": "young + difference"},
        solve="old - young",
        answer="difference",
    ),
    Template(
        "twice-as-old-plus",
        """
        {A} is {age:year} old. If you multiply {A.his} age by {times} and add {more:year}, you get the
        age of {A.his} {relative}. How old is the {relative}?

        {A}'s {relative} is {more:year} older than {times} times {A}'s age. {A} is {age}. How old is
        the {relative}?
        """,
        numbers={"age": (4, 12), "times": (3, 5), "more": (2, 8), "result": "age * times + more"},
        words={"relative": ["uncle", "aunt", "teacher", "neighbor", "coach"]},
        solve="age * times + more",
        answer="result",
    ),
    Template(
        "age-sum-later",
        """
        {A} is {first} and {B} is {second} years old. What will their ages add up to in {years:year}?

        <{A} is {first:year} old.> <{B} is {second:year} old.> {years:year} from now, what will be the
        sum of their ages?
        """,
        numbers={
            "first": (4, 40),
            "second": (4, 40),
            "years": (2, 12),
            "total": "first + second + years + years",
        },
        solve="first + second + 2 * years",
        answer="total",
    ),
    Template(
        "wrong-answers-cost",
        """
        {subject.a} quiz has {questions:question}, each worth {worth:point}. {A} got {wrong} wrong.
        How many points did {A.he} get?

        {A} answered all {questions:question} of {subject.a} test. {wrong} answers were wrong, and
        each right one gave {worth:point}. What was {A.his} score?
        """,
        numbers={
            "right": (4, 30),
            "wrong": (2, 9),
            "worth": (2, 5),
            "questions": "right + wrong",
            "score": "right * worth",
        },
        words={"subject": SUBJECTS},
        solve="(questions - wrong) * worth",
        answer="score",
    ),
    Template(
        "points-in-a-game",
        """
        In a game, every {target} hit is worth {worth:point}. {A} hits {hits:{target}} and gets a
        bonus of {bonus:point}. How many points does {A.he} have?

        {A} gets {bonus:point} for taking part and {worth:point} for each {target} that {A.he} hits.
        {A.he} hits {hits}. What is {A.his} score?
        """,
        numbers={"worth": (2, 15), "hits": (2, 20), "bonus": (3, 30), "score": "worth * hits + bonus"},
        words={"target": ["bottle", "can", "balloon", "target", "pin"]},
        solve="worth * hits + bonus",
        answer="score",
    ),
)
