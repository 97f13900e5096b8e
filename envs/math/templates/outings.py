"""Trips, tickets, concerts and seats."""

from envs.math.template import Template

TEMPLATES = (
    Template(
        "trip-with-donation",
        """
        {students:student} and {teachers:teacher} visit a museum. Each ticket costs {price:$}. The
        parents pay {gift:$} of the cost. How much is left for the school to pay?

        A museum ticket costs {price:$}. <{students:student}> and <{teachers:teacher}> want to go.
        They have a gift of {gift:$}. How many more dollars do they need?
        """,
        numbers={
            "students": (10, 40),
            "teachers": (2, 5),
            "price": (3, 12),
            "gift": (8, 30),
            "rest": "(students + teachers) * price - gift",
        },
        solve="(students + teachers) * price - gift",
        answer="rest",
    ),
    Template(
        "empty-bus-seats",
        """
        A school hires {buses:bus} with {seats:seat} each. {students:student} and {teachers:teacher}
        go on the trip. How many seats stay empty?

        <{students:student}> and <{teachers:teacher}> go on a trip. There are {buses:bus}, each with
        {seats:seat}. How many seats are not used?
        """,
        numbers={
            "buses": (2, 6),
            "seats": (30, 55),
            "students": (30, 48),
            "teachers": (2, 6),
            "empty": "buses * seats - students - teachers",
        },
        solve="buses * seats - students - teachers",
        answer="empty",
    ),
    Template(
        "seats-times-price",
        """
        A hall has {rows:row} of {seats:seat}. At {A}'s concert {empty:seat} were empty. Each ticket
        cost {price:$}. How much money came in?

        Tickets for a play cost {price:$}. The theater has {rows:row} with {seats:seat} in each, and
        all but {empty} were sold. What did the tickets bring in, in dollars?
        """,
        numbers={
            "rows": (5, 15),
            "seats": (6, 20),
            "empty": (2, 15),
            "price": (3, 15),
            "money": "(rows * seats - empty) * price",
        },
        solve="(rows * seats - empty) * price",
        answer="money",
    ),
    Template(
        "tickets-shared-cost",
        """
        {people:friend} buy <{adults:adult ticket} at {price:$} each> and <{children:child ticket} at
        {less:$} each>. They share the cost equally. How much does each of them pay?

        For a boat trip, {people:family} buy {adults:adult ticket} and {children:child ticket}. <An
        adult ticket costs {price:$}.> <A child ticket costs {less:$}.> The bill is split evenly. What
        does each family pay?
        """,
        numbers={
            "people": (2, 4),
            "price": (6, 20),
            "less": (2, 5),
            "grown": (1, 3),
            "young": (2, 4),
            "adults": "people * grown",
            "children": "people * young",
            "each": "price * grown + less * young",
        },
        solve="(adults * price + children * less) / people",
        answer="each",
    ),
    Template(
        "concert-after-costs",
        """
        {A}'s choir sells all {rows:row} of {seats:seat} at {price:$} a seat. <The hall costs
        {hall:$}.> <The lights cost {lights:$}.> How much money is left for the choir?

        A hall has {rows:row} with {seats:seat} in each, and every seat is sold for {price:$}. {A}
        pays {hall:$} for the hall and {lights:$} for the lights. How many dollars remain?
        """,
        numbers={
            "rows": (6, 15),
            "seats": (8, 20),
            "price": (4, 15),
            "hall": (50, 120),
            "lights": (10, 60),
            "left": "rows * seats * price - hall - lights",
        },
        solve="rows * seats * price - hall - lights",
        answer="left",
    ),
)
