"""Wages, saving, profit, and costs that are shared."""

from envs.math.template import Template
from envs.math.vocabulary import BAKED, GOODS

TEMPLATES = (
    Template(
        "hourly-wage",
        """
        {A} earns {wage:$} an hour[ and is {age:year} old|]. {A.he} worked {hours:hour} [this
        week|last week]. How much did {A.he} earn?

        How many dollars does {A} get for {hours:hour} of work at {wage:$} an hour?
        """,
        numbers={"wage": (8, 40), "hours": (2, 40), "age": (18, 60), "total": "wage * hours"},
        solve="wage * hours",
        answer="total",
    ),
    Template(
        "share-the-bill",
        """
        {A}, {B} and some friends, {people:person} in all, share a bill of {bill:$} equally. How much
        does each pay?

        After a meal, {people:friend} split the bill evenly. The bill was {bill:$}. How many dollars
        did each friend pay?
        """,
        numbers={"people": (3, 9), "each": (5, 40), "bill": "people * each"},
        solve="bill / people",
        answer="each",
    ),
    Template(
        "weeks-of-saving",
        """
        {A} saves {weekly:$} every week. After how many weeks does {A.he} have {goal:$}?

        {A} wants {item.a} that costs {goal:$}. How many weeks must {A.he} save, if {A.he} can put
        aside {weekly:$} a week?
        """,
        numbers={"weekly": (3, 25), "weeks": (2, 20), "goal": "weekly * weeks"},
        words={"item": ["skateboard", "guitar", "telescope", "bicycle", "camera"]},
        solve="goal / weekly",
        answer="weeks",
    ),
    Template(
        "wage-minus-costs",
        """
        {A} earned {wage:$} an hour for {hours:hour} and paid {cost:$} for [the bus|lunch|tools]. How
        much did {A.he} keep?

        {A} walks dogs for {wage:$} an hour. <{A.he} worked {hours:hour}.> <{A.he} spent {cost:$} on
        dog food.> How many dollars are left?
        """,
        numbers={"wage": (6, 25), "hours": (3, 12), "cost": (2, 15), "kept": "wage * hours - cost"},
        solve="wage * hours - cost",
        answer="kept",
    ),
    Template(
        "profit-per-piece",
        """
        {A} makes {items} for {cost:$} each and sells them for {price:$} each. How much profit does
        {A.he} make with {count:{item}}?

        {A} bought {count:{item}} at {cost:$} each and sold all of them at {price:$} each. What was
        {A.his} profit?
        """,
        numbers={
            "cost": (2, 12),
            "gain": (2, 10),
            "count": (3, 30),
            "price": "cost + gain",
            "profit": "gain * count",
        },
        words={"item": GOODS},
        solve="(price - cost) * count",
        answer="profit",
    ),
    Template(
        "coupon-then-share",
        """
        A pizza party costs {bill:$}. {A} has a coupon for {coupon:$} off. {people:friend} share the
        rest equally. How much does each pay?

        {people:friend} rent a boat for {bill:$}. <They get {coupon:$} off.> They split the cost
        evenly. What does each of them pay?
        """,
        numbers={"people": (2, 9), "each": (4, 25), "coupon": (2, 20), "bill": "people * each + coupon"},
        solve="(bill - coupon) / people",
        answer="each",
    ),
    Template(
        "weekly-allowance-spent",
        """
        {A} gets {weekly:$} every week. In {weeks:week}, {A.he} spends {snacks:$} on snacks and
        {book:$} on a book. How much does {A.he} have left, if {A.he} had nothing before?

        For {weeks:week}, {A} saved {weekly:$} a week. <Then {A.he} bought a book for {book:$}.> <Then
        {A.he} bought snacks for {snacks:$}.> How much of {A.his} savings was left?
        """,
        numbers={
            "weekly": (8, 20),
            "weeks": (3, 9),
            "snacks": (2, 9),
            "book": (5, 14),
            "left": "weekly * weeks - snacks - book",
        },
        solve="weekly * weeks - snacks - book",
        answer="left",
    ),
    Template(
        "weeks-to-goal",
        """
        {A} wants a bike that costs {goal:$} and has {have:$}. Each week {A.he} earns {earn:$} and
        spends {spend:$}. In how many weeks can {A.he} buy the bike?

        <{A} earns {earn:$} a week.> <{A} spends {spend:$} a week.> A camera costs {goal:$}, and {A}
        has {have:$} already. After how many weeks is there enough money for it?
        """,
        numbers={
            "keep": (3, 12),
            "spend": (2, 15),
            "earn": "keep + spend",
            "have": (5, 60),
            "weeks": (3, 15),
            "goal": "have + keep * weeks",
        },
        solve="(goal - have) / (earn - spend)",
        answer="weeks",
    ),
    Template(
        "two-jobs",
        """
        {A} works {first:hour} at a cafe for {wage:$} an hour and {second:hour} at a shop for
        {other_wage:$} an hour. {A.he} pays {bus:$} for the bus. How much does {A.he} keep?

        <For {first:hour} of gardening {A} gets {wage:$} an hour.> <For {second:hour} of babysitting
        {A} gets {other_wage:$} an hour.> {A} spends {bus:$} of it on lunch. How many dollars are
        left?
        """,
        numbers={
            "first": (3, 20),
            "wage": (9, 20),
            "second": (2, 12),
            "other_wage": (8, 18),
            "bus": (3, 25),
            "kept": "first * wage + second * other_wage - bus",
        },
        solve="first * wage + second * other_wage - bus",
        answer="kept",
    ),
    Template(
        "stall-profit",
        """
        {A} spent {cost:$} on ingredients. {A.he} sold {first:{item}} for {price:$} each and
        {second:{other}} for {other_price:$} each. How much profit did {A.he} make?

        At the school fair <{A} sold {first:{item}} at {price:$} each> and <{second:{other}} at
        {other_price:$} each>. Making them had cost {cost:$}. What was {A.his} profit?
        """,
        numbers={
            "first": (5, 20),
            "price": (2, 5),
            "second": (5, 20),
            "other_price": (2, 5),
            "cost": (4, 18),
            "profit": "first * price + second * other_price - cost",
        },
        words={"item": BAKED, "other": BAKED},
        solve="first * price + second * other_price - cost",
        answer="profit",
    ),
    Template(
        "class-fund",
        """
        A class needs {goal:$} for a trip. It sells {sold:{cake}} at {price:$} each and washes
        {cars:car} at {fee:$} each. How much money is still missing?

        <{A}'s class sold {sold:{cake}} for {price:$} each.> <{A}'s class washed {cars:car} for
        {fee:$} each.> The class trip costs {goal:$}. How many more dollars are needed?
        """,
        numbers={
            "sold": (10, 50),
            "price": (2, 4),
            "cars": (5, 30),
            "fee": (5, 9),
            "missing": (10, 150),
            "goal": "sold * price + cars * fee + missing",
        },
        words={"cake": BAKED},
        solve="goal - sold * price - cars * fee",
        answer="missing",
    ),
)
