"""Field, orchard and henhouse."""

from envs.math.template import Template
from envs.math.vocabulary import FLOWERS, FRUIT, VEGETABLES

TEMPLATES = (
    Template(
        "harvest-in-boxes",
        """
        {A} picked {daily:{item}} a day for {days:day}. {bad} of them were rotten. {A.he} packed the
        rest into boxes of {box}. How many boxes did {A.he} fill?

        For {days:day}, {A}'s garden gave {daily:{item}} each day. {A.he} threw away {bad} and put the
        others into boxes with {box} in each. How many boxes was that?
        """,
        numbers={
            "days": (2, 6),
            "box": (4, 12),
            "part": (3, 7),
            "spoiled": (1, 3),
            "daily": "box * part",
            "bad": "box * spoiled",
            "boxes": "days * part - spoiled",
        },
        words={"item": FRUIT + VEGETABLES},
        solve="(daily * days - bad) / box",
        answer="boxes",
    ),
    Template(
        "eggs-into-cartons",
        """
        {A} has {hens:hen}. Each lays {each:egg} a week. {A}'s family eats {eaten:egg} and {A.he}
        packs the others into cartons of {carton}. How many cartons does {A.he} fill each week?

        Every week, each of {A}'s {hens:hen} lays {each:egg}. {eaten} are eaten at home, and the rest
        are sold in cartons of {carton}. How many cartons can {A.he} sell?
        """,
        numbers={
            "carton": [6, 10, 12],
            "flock": (1, 3),
            "kept": (1, 3),
            "hens": "carton * flock",
            "each": (4, 7),
            "eaten": "carton * kept",
            "cartons": "flock * each - kept",
        },
        solve="(hens * each - eaten) / carton",
        answer="cartons",
    ),
    Template(
        "orchard-baskets",
        """
        An orchard has {rows:row} of {trees:tree}. Each tree gives {each:{item}}. {A} fills baskets of
        {basket}. How many baskets does {A.he} need for all of them?

        {A}'s orchard has {trees:tree} in each of {rows:row}, and each tree bears {each:{item}}. If a
        basket holds {basket:{item}}, how many baskets can {A.he} fill?
        """,
        numbers={
            "rows": (2, 9),
            "trees": (3, 12),
            "basket": (4, 15),
            "part": (2, 4),
            "each": "basket * part",
            "baskets": "rows * trees * part",
        },
        words={"item": FRUIT},
        solve="rows * trees * each / basket",
        answer="baskets",
    ),
    Template(
        "eggs-of-many-weeks",
        """
        Each of {A}'s {hens:hen} lays {each:egg} a week. In {weeks:week}, {A} uses {used:egg} for
        baking and packs the rest into boxes of {box}. How many boxes does {A.he} fill?

        {A} has {hens:hen} that lay {each:egg} a week each. After {weeks:week}, {A.he} keeps {used} of
        the eggs and sells the others in boxes of {box}. How many boxes are there?
        """,
        numbers={
            "box": [6, 10, 12],
            "flock": (1, 3),
            "each": (4, 7),
            "weeks": (2, 5),
            "kept": (1, 3),
            "hens": "flock * box",
            "used": "kept * box",
            "boxes": "flock * each * weeks - kept",
        },
        solve="(hens * each * weeks - used) / box",
        answer="boxes",
    ),
    Template(
        "harvest-in-baskets",
        """
        {A} has {rows:row} of {plants:plant} each, and every plant gives {each:{item}}. Birds eat
        {lost}. {A} puts the rest into baskets of {basket}. How many baskets does {A.he} fill?

        A field has {plants:plant} in each of {rows:row}. {A} picks {each:{item}} from every plant,
        throws away {lost} and packs the others into crates of {basket}. How many crates does {A.he}
        get?
        """,
        numbers={
            "basket": (5, 12),
            "rows": (2, 6),
            "each": (2, 6),
            "plants": "basket * 2",
            "lost": "basket * 3",
            "baskets": "rows * 2 * each - 3",
        },
        words={"item": VEGETABLES},
        solve="(rows * plants * each - lost) / basket",
        answer="baskets",
    ),
    Template(
        "bouquets-for-sale",
        """
        {A} has {first:{flower}} and {second:{other}}. {A.he} ties them into mixed bunches of {bunch}
        and sells each bunch for {price:$}. The ribbon costs {ribbon:$} in all. How much does {A.he}
        earn after paying for it?

        {A} cut <{first:{flower}}> and <{second:{other}}>. {A.he} made bunches of {bunch}, sold all of
        them for {price:$} each and gave {ribbon:$} of the money to {B} for help. How many dollars did
        {A} keep?
        """,
        numbers={
            "bunch": (5, 10),
            "half": (2, 6),
            "odd": (1, 4),
            "first": "bunch * half + odd",
            "second": "bunch * 4 - odd",
            "price": (4, 12),
            "ribbon": (2, 18),
            "kept": "(half + 4) * price - ribbon",
        },
        words={"flower": FLOWERS, "other": FLOWERS},
        solve="(first + second) / bunch * price - ribbon",
        answer="kept",
    ),
)
