"""Animals, plants, weather and the garden."""

from envs.math.template import Template
from envs.math.vocabulary import DAYS, FLOWERS, VEGETABLES

TEMPLATES = (
    Template(
        "rainfall-in-two-months",
        """
        In April the rain gauge collected {first:inch} of rain, and in May {second:inch}. How much rain
        fell in both months?

        {second:inch} of rain fell this month after {first:inch} in the month before. What is the total
        rainfall of both months in inches?
        """,
        numbers={"first": (2, 30), "second": (2, 30), "total": "first + second"},
        solve="first + second",
        answer="total",
    ),
    Template(
        "nests-with-eggs",
        """
        A scientist discovers {nests:nest} on a cliff, and every one of them contains {eggs:egg}. How many
        eggs does the cliff shelter?

        Sea turtles dug {nests:nest} on a beach[ near the harbor|] and laid {eggs:egg} in each. How many
        eggs lie under the sand?
        """,
        numbers={"nests": (2, 20), "eggs": (3, 30), "total": "nests * eggs"},
        solve="nests * eggs",
        answer="total",
    ),
    Template(
        "seeds-into-pots",
        """
        A gardener spreads {seeds:seed} evenly over {pots:flowerpot}. How many seeds go into each pot?

        {A} fills {pots:tray} with soil and plants {seeds:bean} in them, the same number everywhere. How
        many beans does one tray get?
        """,
        numbers={"each": (2, 12), "pots": (3, 12), "seeds": "each * pots"},
        solve="seeds / pots",
        answer="each",
    ),
    Template(
        "snow-melts",
        """
        In the morning the snow was {deep:inch} deep. The sun melted {melted:inch} of it. How deep was the
        snow in the evening?

        After a storm {deep:inch} of snow covered the valley, but {melted:inch} melted [by {day}|within a
        week]. What depth of snow was left?
        """,
        numbers={"left": (2, 25), "melted": (2, 20), "deep": "left + melted"},
        words={"day": DAYS},
        solve="deep - melted",
        answer="left",
    ),
    Template(
        "litters-of-puppies",
        """
        Last spring {mothers:dog} at the kennel gave birth to {pups:puppy} each. How many puppies
        were born?

        On a rabbit farm every one of the {mothers:rabbit} had a litter of {pups}. How many young rabbits was
        that?
        """,
        numbers={"mothers": (2, 12), "pups": (2, 9), "total": "mothers * pups"},
        solve="mothers * pups",
        answer="total",
    ),
    Template(
        "plants-that-died",
        """
        Of {planted:{plant}} that {A} planted, {lost} did not survive the winter. How many {plants} are
        still alive?

        Frost killed {lost} of the {planted:{plant}} in the greenhouse. How many {plants} survived?
        """,
        numbers={"alive": (2, 50), "lost": (2, 30), "planted": "alive + lost"},
        words={"plant": FLOWERS},
        solve="planted - lost",
        answer="alive",
    ),
    Template(
        "rows-in-the-garden",
        """
        A vegetable garden is laid out in {rows:row}, with {each:{plant}} growing in every row. How many
        {plants} grow there?

        {A.his} garden being small, {A} sets {plants} in {rows} short rows of {each}. How many {plants}
        does {A.he} set?
        """,
        numbers={"rows": (2, 14), "each": (4, 25), "total": "rows * each"},
        words={"plant": VEGETABLES},
        solve="rows * each",
        answer="total",
    ),
    Template(
        "tree-older-than-house",
        """
        An oak stands beside a house that was built {house:year} ago. The oak is {older:year} older than
        the house. How old is the oak?

        The bridge in the village was finished {house:year} ago, and the mill was built {older:year} before
        that. What is the age of the mill?
        """,
        numbers={"house": (20, 120), "older": (10, 90), "oak": "house + older"},
        solve="house + older",
        answer="oak",
    ),
    Template(
        "flock-splits",
        """
        A shepherd leads {flock:sheep} to pasture on {meadows:meadow} and leaves equally many on each. How
        many sheep graze on one meadow?

        {flock:goose} fly south in {meadows:flock} of the same size. How many geese belong to one flock?
        """,
        numbers={"each": (4, 30), "meadows": (2, 9), "flock": "each * meadows"},
        solve="flock / meadows",
        answer="each",
    ),
)
