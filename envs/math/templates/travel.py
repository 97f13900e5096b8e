"""Distance, speed and time on the road."""

from envs.math.template import Template
from envs.math.vocabulary import DAYS

TEMPLATES = (
    Template(
        "drive-distance",
        """
        {A} drove[ with {friends:friend}|] for {hours:hour} at {speed:mile} per hour. How far did
        {A.he} drive?

        If a [train|truck|bus] travels at {speed:mile} per hour for {hours:hour}, how many miles does
        it cover?
        """,
        numbers={"hours": (2, 9), "speed": (30, 75), "friends": (2, 4), "distance": "hours * speed"},
        solve="hours * speed",
        answer="distance",
    ),
    Template(
        "walk-distance",
        """
        {A} [walked|hiked] for {hours:hour} at {speed:mile} per hour. How many miles did {A.he} go?

        It took {A} {hours:hour} to walk to {B}'s house at {speed:mile} per hour. How far is it
        between {A}'s house and {B}'s house?
        """,
        numbers={"hours": (2, 6), "speed": (2, 5), "distance": "hours * speed"},
        solve="hours * speed",
        answer="distance",
    ),
    Template(
        "how-long-a-trip",
        """
        {A} rode {distance:mile} on a bike at {speed:mile} per hour. How many hours did the ride take?

        If {A} sails {distance:mile} at {speed:mile} per hour, how many hours is {A.he} under way?
        """,
        numbers={"hours": (2, 12), "speed": (4, 16), "distance": "hours * speed"},
        solve="distance / speed",
        answer="hours",
    ),
    Template(
        "how-fast",
        """
        {A} drove {distance:mile} in {hours:hour}. How fast did {A.he} go, in miles per hour?

        It is {distance:mile} from {A}'s town to the sea. The trip took {hours:hour}. What was the
        average speed in miles per hour?
        """,
        numbers={"hours": (2, 9), "speed": (20, 70), "distance": "hours * speed"},
        solve="distance / hours",
        answer="speed",
    ),
    Template(
        "two-legs",
        """
        {A} walked {first:block} to the [store|library] and then {second:block} to the [park|museum].
        How many blocks did {A.he} walk?

        A ship sails {first:mile} on {day} and {second:mile} the day after. How many miles does it
        sail in these two days?
        """,
        numbers={"first": (2, 60), "second": (2, 60), "total": "first + second"},
        words={"day": DAYS},
        solve="first + second",
        answer="total",
    ),
    Template(
        "miles-to-go",
        """
        {A} wants to [run|walk|swim] {goal:lap} [today|this week]. {A.he} has finished {done}. How
        many laps are left?

        The [trail|road] to the lake is {goal:mile} long. {A} has covered {done:mile}. How many miles
        remain?
        """,
        numbers={"done": (2, 40), "left": (2, 40), "goal": "done + left"},
        solve="goal - done",
        answer="left",
    ),
    Template(
        "minutes-per-mile",
        """
        {A} walks one mile in {minutes:minute}. How many minutes does {A.he} need for {miles:mile}?

        It takes {A} {minutes:minute} to run around the lake once. How many minutes do {miles:round}
        take?
        """,
        numbers={"minutes": (7, 25), "miles": (2, 9), "total": "minutes * miles"},
        solve="minutes * miles",
        answer="total",
    ),
    Template(
        "there-and-back",
        """
        {A} lives {distance:mile} from work. {A.he} drives there and back on {days:day}. How many
        miles is that?

        From {A}'s house to the pool it is {distance:block}. {A.he} walks there and back {days:time}.
        How many blocks does {A.he} walk?
        """,
        numbers={"distance": (2, 30), "days": (2, 9), "total": "distance * 2 * days"},
        solve="distance * 2 * days",
        answer="total",
    ),
    Template(
        "rest-of-the-trip",
        """
        {A} has to drive {total:mile}. {A.he} has already driven {done:mile} and now drives at
        {speed:mile} per hour. How many more hours will it take?

        A trip is {total:mile} long, and the first {done:mile} are done. How many hours does the rest
        take at {speed:mile} per hour?
        """,
        numbers={"done": (10, 90), "hours": (2, 7), "speed": (30, 70), "total": "done + hours * speed"},
        solve="(total - done) / speed",
        answer="hours",
    ),
    Template(
        "opposite-directions",
        """
        {A} and {B} start from the same place in opposite directions. {A} walks {slow:mile} per hour
        and {B} bikes {fast:mile} per hour. How many miles apart are they after {hours:hour}?

        Two friends leave a village, one to the north at {slow:mile} per hour, the other to the south
        at {fast:mile} per hour. How far apart are they after {hours:hour}?
        """,
        numbers={"slow": (2, 5), "fast": (8, 18), "hours": (2, 6), "apart": "(slow + fast) * hours"},
        solve="(slow + fast) * hours",
        answer="apart",
    ),
    Template(
        "two-speeds",
        """
        {A} biked for {first:hour} at {fast:mile} per hour and then walked for {second:hour} at
        {slow:mile} per hour. How many miles did {A.he} cover?

        <{A} walked for {second:hour} at {slow:mile} per hour.> <{A} biked for {first:hour} at
        {fast:mile} per hour.> How far did {A} get in all, in miles?
        """,
        numbers={
            "first": (2, 6),
            "fast": (8, 15),
            "second": (2, 5),
            "slow": (2, 4),
            "total": "first * fast + second * slow",
        },
        solve="first * fast + second * slow",
        answer="total",
    ),
    Template(
        "rented-van",
        """
        A van costs {daily:$} a day and {rate:$} a mile. {people:friend} rent it for {days:day} and
        drive {miles:mile}. They share the cost equally. How much does each pay?

        {people:person} rent a camper for {days:day} at {daily:$} a day. They also pay {rate:$} for
        each of the {miles:mile} they drive. If they split everything evenly, what does each of them
        pay?
        """,
        numbers={
            "people": (2, 6),
            "share": (10, 25),
            "tens": (5, 30),
            "daily": "people * share",
            "days": (2, 9),
            "rate": [0.5, 1, 2],
            "miles": "people * 2 * tens",
            "each": "share * days + rate * 2 * tens",
        },
        solve="(daily * days + miles * rate) / people",
        answer="each",
    ),
)
