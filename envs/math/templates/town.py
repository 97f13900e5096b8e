"""Town and traffic: passengers, floors, post, shops' stock."""

from envs.math.template import Template
from envs.math.vocabulary import CLOTHES, DAYS, GOODS

TEMPLATES = (
    Template(
        "floors-with-flats",
        """
        An apartment building is {floors:floor} high, and on every floor {flats:family} live. How many
        families live in the building?

        How many rooms does a hotel of {floors:floor} offer, if there are {flats:room} on each floor?
        """,
        numbers={"floors": (3, 20), "flats": (2, 12), "total": "floors * flats"},
        solve="floors * flats",
        answer="total",
    ),
    Template(
        "letters-delivered",
        """
        A mail carrier sets out with {bag:letter}. By noon {out} are delivered. How many letters does the
        bag still hold?

        {bag:parcel} were waiting at the post office [on {day}|this morning], and {out} of them have been
        picked up. How many are still waiting?
        """,
        numbers={"left": (3, 80), "out": (5, 80), "bag": "left + out"},
        words={"day": DAYS},
        solve="bag - out",
        answer="left",
    ),
    Template(
        "two-cars-on-the-ferry",
        """
        A ferry carries {cars:car} and {trucks:truck}. How many vehicles are on board?

        {trucks:truck} and {cars:motorbike} stand in the parking lot[, which opened {years:year} ago|].
        How many vehicles are parked there?
        """,
        numbers={"cars": (4, 60), "trucks": (2, 40), "years": (3, 9), "total": "cars + trucks"},
        solve="cars + trucks",
        answer="total",
    ),
    Template(
        "stock-sold-out-of-store",
        """
        A store ordered {ordered:{item}} and had only {left} of them unsold at the end of the season. How
        many {items} did customers buy?

        When the season began, the shop's shelves held {ordered:{item}}; when it ended, {left} remained. How
        many {items} were sold?
        """,
        numbers={"sold": (5, 90), "left": (2, 40), "ordered": "sold + left"},
        words={"item": CLOTHES},
        solve="ordered - left",
        answer="sold",
    ),
    Template(
        "train-cars-with-seats",
        """
        Every car of the night train offers {seats:seat}, and the train is {cars:car} long. For how many
        passengers is there a seat?

        A roller coaster pulls {cars:wagon}. {seats:person} fit into a wagon. How many people can ride
        at once?
        """,
        numbers={"seats": (4, 60), "cars": (3, 12), "total": "seats * cars"},
        solve="seats * cars",
        answer="total",
    ),
    Template(
        "lamps-along-the-street",
        """
        Workers put up {lamps:street lamp} in {days:day}, the same number every day. How many lamps did
        they put up per day?

        Over {days:day} a crew painted {lamps:bench} in the park, equally many each day. What was the number
        of benches a day?
        """,
        numbers={"each": (3, 20), "days": (2, 9), "lamps": "each * days"},
        solve="lamps / days",
        answer="each",
    ),
    Template(
        "elevator-trips",
        """
        An elevator takes {load:passenger} at a time. How many trips does it make to bring {people:guest}
        to the roof terrace?

        {people:tourist} wait to cross the river in a boat with room for {load}. How many times must the
        boat cross to take them all over?
        """,
        numbers={"load": (4, 12), "trips": (2, 12), "people": "load * trips"},
        solve="people / load",
        answer="trips",
    ),
    Template(
        "visitors-over-weekend",
        """
        On Saturday the zoo counted {first:visitor}, on Sunday {second}. How many visitors came over the
        weekend?

        The museum let in {first:guest} in the morning and {second:guest} in the afternoon. How many guests
        did it have that day?
        """,
        numbers={"first": (30, 400), "second": (30, 400), "total": "first + second"},
        solve="first + second",
        answer="total",
    ),
    Template(
        "cheaper-in-the-other-shop",
        """
        The market asks {high:$} for {item.a}. Online the same thing is offered for {low:$}. How many
        dollars does one save online?

        One shop sells {item.a} at {high:$}, the shop across the street at {low:$}. How much cheaper is the
        second shop?
        """,
        numbers={"low": (3, 40), "saved": (2, 20), "high": "low + saved"},
        words={"item": GOODS},
        solve="high - low",
        answer="saved",
    ),
)
