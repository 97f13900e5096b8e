"""Equal groups: so many groups with so many in each."""

from envs.math.template import Template
from envs.math.vocabulary import BAKED, CONTAINERS, DAYS, FLOWERS, FRUIT, SMALL

TEMPLATES = (
    Template(
        "boxes-of-items",
        """
        {A} has {full:{box}}. [Every {box} is {size:inch} wide. |]Each {box} holds {each:{item}}. How
        many {items} does {A} have [in all|altogether]?

        There are {each:{item}} in each {box}. How many {items} are in {full:{box}}?

        {A} fills {full:{box}} with {each:{item}} each. How many {items} does {A.he} need?
        """,
        numbers={"full": (2, 25), "each": (2, 40), "size": (8, 20), "total": "full * each"},
        words={"item": SMALL + FRUIT, "box": CONTAINERS},
        solve="full * each",
        answer="total",
    ),
    Template(
        "rows-of-seats",
        """
        A [theater|hall|cinema] has {rows:row} of seats with {seats:seat} in each row. How many seats
        [are there|does it have]?

        [The tickets cost {price:$} each. |]{A} sets up {rows:row} of chairs with {seats:chair} in
        each row. How many chairs does {A.he} set up?
        """,
        numbers={"rows": (3, 30), "seats": (4, 40), "total": "rows * seats", "price": (3, 15)},
        solve="rows * seats",
        answer="total",
    ),
    Template(
        "tables-of-students",
        """
        {each:student} were sitting at each table in the [lunchroom|library|classroom]. There are
        {tables:table}. How many students were sitting [there|in the room]?

        At a party there are {tables:table} with {each:guest} at each. How many guests are at the
        party?
        """,
        numbers={"tables": (3, 40), "each": (2, 12), "total": "tables * each"},
        solve="tables * each",
        answer="total",
    ),
    Template(
        "legs-in-all",
        """
        {A} sees {count:{animal}} [in a field|on a farm]. [Beside them stand {people:person}. |]Each
        {animal} has {legs:leg}. How many legs do the {animals} have [in all|together]?

        {animal.a} has {legs:leg}. How many legs do {count:{animal}} have?
        """,
        numbers={"count": (2, 30), "legs": [4], "people": (2, 5), "total": "count * legs"},
        words={"animal": ["cow", "horse", "goat", "pig", "sheep", "donkey"]},
        solve="count * legs",
        answer="total",
    ),
    Template(
        "visits-times-bought",
        """
        {A} went to the [store|market|bakery] {visits:time} last month. {A.he} bought {each:{item}}
        each time. How many {items} did {A} buy last month?

        Every time {A} goes to the [store|market], {A.he} buys {each:{item}}. Last month {A.he} went
        {visits:time}. How many {items} did {A.he} buy?
        """,
        numbers={"visits": (2, 12), "each": (2, 12), "total": "visits * each"},
        words={"item": FRUIT + BAKED},
        solve="visits * each",
        answer="total",
    ),
    Template(
        "machine-per-minute",
        """
        A machine[ that weighs {weight:pound}|] makes {rate:{part}} [a minute|every minute]. How many
        {parts} does it make in {minutes:minute}?

        In {minutes:minute}, a printer prints {rate:page} each minute. How many pages come out in all?
        """,
        numbers={"rate": (3, 40), "minutes": (2, 30), "weight": (50, 200), "total": "rate * minutes"},
        words={"part": ["screw", "button", "bottle", "nail", "candle", "pencil"]},
        solve="rate * minutes",
        answer="total",
    ),
    Template(
        "liters-per-animal",
        """
        Each {animal} drinks {liters:liter of water} a day[ and eats {hay:pound of hay}|]. How many
        liters do {count:{animal}} drink in a day?

        {A} has {count:{animal}}, and each of them drinks {liters:liter} a day. How many liters of
        water does {A.he} need for one day?
        """,
        numbers={"liters": (8, 50), "count": (2, 20), "hay": (10, 30), "total": "liters * count"},
        words={"animal": ["horse", "cow", "donkey", "pony", "bull"]},
        solve="liters * count",
        answer="total",
    ),
    Template(
        "boxes-and-loose",
        """
        {A} has {full:{box}} with {each:{item}} in each and {loose} loose {items}. How many {items}
        does {A} have?

        <There are {full:{box}} of {each:{item}} each on the table.> <{loose:{item}} lie [beside
        them|on the floor].> How many {items} are there in all?
        """,
        numbers={"full": (2, 15), "each": (2, 20), "loose": (2, 20), "total": "full * each + loose"},
        words={"item": FRUIT + SMALL, "box": CONTAINERS},
        solve="full * each + loose",
        answer="total",
    ),
    Template(
        "rooms-rows-desks",
        """
        A school has {rooms:classroom}. Each has {rows:row} of {desks:desk}. How many desks does the
        school have?

        In each of {rooms:room} {A} sets up {rows:row} with {desks:desk} in every row. How many desks
        is that [in all|altogether]?
        """,
        numbers={"rooms": (2, 12), "rows": (3, 8), "desks": (3, 9), "total": "rooms * rows * desks"},
        solve="rooms * rows * desks",
        answer="total",
    ),
    Template(
        "stairs-every-day",
        """
        {A} lives on the upper floor, {steps:step} above the street. On {day} {A.he} went up
        {times:time} and took {extra:more step} at school. How many steps did {A.he} climb?

        A tower has {steps:step}. {A} climbed it {times:time} and then went {extra:step} up the next
        one. How many steps up was that in all?
        """,
        numbers={"steps": (12, 90), "times": (2, 6), "extra": (5, 40), "total": "steps * times + extra"},
        words={"day": DAYS},
        solve="steps * times + extra",
        answer="total",
    ),
    Template(
        "weight-of-crates",
        """
        An empty crate weighs {crate:pound}. {A} puts {count:{item}} of {each:pound} each into it.
        What does the full crate weigh, in pounds?

        A cart of {crate:pound} carries {count:sack}, and each sack weighs {each:pound}. What do cart
        and sacks weigh together, in pounds?
        """,
        numbers={"crate": (4, 40), "count": (2, 12), "each": (2, 15), "total": "crate + count * each"},
        words={"item": ["melon", "pumpkin", "brick", "stone", "cabbage"]},
        solve="crate + count * each",
        answer="total",
    ),
    Template(
        "legs-on-the-farm",
        """
        {A} has <{four_legged:{animal}}> and <{two_legged:{bird}}>. How many legs do they have in all,
        if each {animal} has 4 legs and each {bird} has 2?

        On a farm, <{four_legged:{animal}} stand in the shade> and <{two_legged:{bird}} sit by the
        pond>. {animal.a} has four legs, {bird.a} two. How many legs is that altogether?
        """,
        numbers={"four_legged": (2, 20), "two_legged": (2, 30), "legs": "four_legged * 4 + two_legged * 2"},
        words={
            "animal": ["cow", "goat", "sheep", "horse", "pig", "dog"],
            "bird": ["duck", "goose", "chicken", "turkey", "swan"],
        },
        solve="four_legged * 4 + two_legged * 2",
        answer="legs",
    ),
    Template(
        "flower-beds",
        """
        {A} planted {beds:bed} with {rows:row} of {each:{flower}} in each bed. {dead} of the plants
        died. How many {flowers} grew?

        A park has {beds:flower bed}. In each there are {rows:row}, and in each row {each:{flower}}.
        Rabbits ate {dead}. How many {flowers} are left?
        """,
        numbers={
            "beds": (2, 6),
            "rows": (2, 6),
            "each": (4, 15),
            "dead": (2, 12),
            "left": "beds * rows * each - dead",
        },
        words={"flower": FLOWERS},
        solve="beds * rows * each - dead",
        answer="left",
    ),
)
