"""Prices: what things cost, the change, the discount, how many one can buy."""

from envs.math.template import Template
from envs.math.vocabulary import BAKED, CLOTHES, FRUIT, GOODS, RELATIVES, VEGETABLES

# Quarters are exact in binary, so that a program's float arithmetic is too.
CENTS = [0.25, 0.5, 0.75, 1.25, 1.5, 1.75, 2.25, 2.5, 2.75, 3.5]

TEMPLATES = (
    Template(
        "price-times-count",
        """
        Each {item} costs {price:$}[ and weighs {weight:ounce}|]. How much do {count:{item}} cost?

        {A} buys {count:{item}} for {price:$} each. How much does {A.he} pay?

        [A {other} costs {extra:$}. |]{item.a} costs {price:$}. What is the price of {count:{item}} in
        dollars?
        """,
        numbers={
            "price": (2, 15),
            "count": (2, 20),
            "extra": (31, 60),
            "weight": (3, 12),
            "total": "price * count",
        },
        words={"item": GOODS, "other": ["bicycle", "suitcase", "backpack"]},
        solve="price * count",
        answer="total",
    ),
    Template(
        "fruit-with-cents",
        """
        A pound of {items} costs {price:$}. {A} buys {count:pound}. How many dollars does {A.he} pay?

        How many dollars do {count:pound} of {items} cost, if one pound costs {price:$}?
        """,
        numbers={"price": CENTS, "count": (2, 12), "total": "price * count"},
        words={"item": FRUIT + VEGETABLES},
        solve="price * count",
        answer="total",
    ),
    Template(
        "change-from-note",
        """
        {A} buys {item.a} for {price:$} and pays with {note:$}. How much change does {A.he} get?

        {A} had {note:$}. {A.he} spent {price:$} on {item.a}. How many dollars does {A.he} have left?
        """,
        numbers={"price": (2, 19), "note": [20, 50, 100], "change": "note - price"},
        words={"item": GOODS},
        solve="note - price",
        answer="change",
    ),
    Template(
        "needs-more-money",
        """
        {A} needs {goal:$} to buy {item.a}. {A.he} has {have:$}. How much more money does {A.he} need?

        {item.a} costs {goal:$}. {A} has saved {have:$} [so far|]. How many dollars are missing?
        """,
        numbers={"have": [*CENTS, 4, 7, 12], "missing": [*CENTS, 3, 8, 11], "goal": "have + missing"},
        words={"item": ["notebook", "pen", "candle", "mug", "poster", "sandwich", "magazine", "bus ticket"]},
        solve="goal - have",
        answer="missing",
    ),
    Template(
        "unit-price",
        """
        {A} paid {total:$} for {count:{item}}. How much did each {item} cost?

        {count:{item}} cost {total:$} in all, and all have the same price. What is the price of one
        {item}?
        """,
        numbers={"price": (2, 16), "count": (2, 15), "total": "price * count"},
        words={"item": GOODS},
        solve="total / count",
        answer="price",
    ),
    Template(
        "how-many-can-buy",
        """
        {item.a} costs {price:$}. How many {items} can {A} buy with {money:$}?

        {A} has {money:$} and spends it all on {items} at {price:$} each. How many {items} does {A.he}
        get?
        """,
        numbers={"price": (2, 12), "count": (2, 25), "money": "price * count"},
        words={"item": GOODS},
        solve="money / price",
        answer="count",
    ),
    Template(
        "discount",
        """
        {item.a} normally costs {price:$}. Today it is {off:$} cheaper. What does it cost today?

        {A} has a coupon for {off:$} off {item.a} that costs {price:$}. How much does {A.he} have to
        pay?
        """,
        numbers={"pay": (15, 80), "off": (2, 30), "price": "pay + off"},
        words={"item": CLOTHES},
        solve="price - off",
        answer="pay",
    ),
    Template(
        "two-purchases",
        """
        {A} bought {item.a} for {first:$} and {other.a} for {second:$}. How much did {A.he} spend [in
        all|altogether]?

        <{item.a} costs {first:$}.> <{other.a} costs {second:$}.>[ {A} has {money:$}.|] How much do
        both cost together?
        """,
        numbers={"first": (15, 60), "second": (3, 20), "money": (90, 120), "total": "first + second"},
        words={"item": CLOTHES, "other": GOODS},
        solve="first + second",
        answer="total",
    ),
    Template(
        "several-and-one",
        """
        {A} buys {count:{item}} for {price:$} each and {other.a} for {single:$}. How much does {A.he}
        pay in all?

        <{A} bought {count:{item}} at {price:$} each.> <{A} also bought {other.a} for {single:$}.>
        What did all of it cost?
        """,
        numbers={"price": (2, 15), "count": (2, 9), "single": (12, 50), "total": "price * count + single"},
        words={"item": GOODS, "other": CLOTHES},
        solve="count * price + single",
        answer="total",
    ),
    Template(
        "change-after-several",
        """
        {A} buys {count:{item}} for {price:$} each and pays with {note:$}. How much change does {A.he}
        get?

        {item.a} costs {price:$}. {A} has {note:$} and buys {count} of them. How many dollars are
        left?
        """,
        numbers={"price": (2, 9), "count": (2, 9), "note": [100], "change": "note - price * count"},
        words={"item": GOODS},
        solve="note - count * price",
        answer="change",
    ),
    Template(
        "money-then-buy",
        """
        {A} had {start:$}. {A.his} {uncle} gave {A.him} {gift:$}. How many {items} can {A} buy now, if
        each costs {price:$}?

        {item.a} costs {price:$}. {A} has <{start:$} in {A.his} pocket> and <{gift:$} at home>. How
        many {items} can {A.he} buy with all of it?
        """,
        numbers={
            "price": (3, 9),
            "some": (2, 8),
            "rest": (1, 2),
            "start": "price * some + rest",
            "gift": "price * 5 - rest",
            "count": "some + 5",
        },
        words={"item": GOODS, "uncle": RELATIVES},
        solve="(start + gift) / price",
        answer="count",
    ),
    Template(
        "fee-plus-rides",
        """
        Entry to the fair costs {fee:$} and each ride costs {ride:$}. {A} goes on {rides:ride}. How
        much does {A.he} spend?

        {A} took {rides:ride} at the fair, at {ride:$} each. The ticket to get in was {fee:$}. What
        did {A} spend in all?
        """,
        numbers={"fee": (3, 20), "ride": (2, 6), "rides": (2, 9), "total": "fee + ride * rides"},
        solve="fee + ride * rides",
        answer="total",
    ),
    Template(
        "two-kinds-of-goods",
        """
        {A} buys {first:{item}} at {price:$} each and {second:{other}} at {other_price:$} each. How
        much does {A.he} pay?

        <{items} cost {price:$} each.> <{others} cost {other_price:$} each.> What is the total price
        of {first:{item}} and {second:{other}}?
        """,
        numbers={
            "first": (2, 9),
            "price": (2, 5),
            "second": (2, 9),
            "other_price": (2, 6),
            "total": "first * price + second * other_price",
        },
        words={"item": FRUIT, "other": BAKED},
        solve="first * price + second * other_price",
        answer="total",
    ),
    Template(
        "change-from-two-kinds",
        """
        {A} buys {first:{item}} for {price:$} each and {second:{other}} for {other_price:$} each.
        {A.he} pays with {note:$}. How much change does {A.he} get?

        {A} has {note:$}. <{A} buys {first:{item}} at {price:$} each.> <{A} buys {second:{other}} at
        {other_price:$} each.> How many dollars does {A} have left?
        """,
        numbers={
            "first": (2, 6),
            "price": (2, 6),
            "second": (2, 6),
            "other_price": (2, 7),
            "note": [80, 100],
            "left": "note - first * price - second * other_price",
        },
        words={"item": FRUIT, "other": BAKED},
        solve="note - first * price - second * other_price",
        answer="left",
    ),
)
