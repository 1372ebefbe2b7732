"""Data in the shape of TPC-DS: its tables and relations, made from a seed.

Texts, names and random numbers are our own, so that nothing has to be fetched. As in the benchmark, keys and amounts are
missing here and there, lines of a ticket or order differ in items, some lines come back, customers buy in several
channels, and several revisions of an item share one id.

Source: https://www.tpc.org/tpcds/ (standard specification, clauses 2 and 3)
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.engines.csv_tables import write_tables
from tests.tpcds.schema import TABLES, declared

ITEMS, CUSTOMERS, ADDRESSES, DEMOGRAPHICS, TICKETS, ORDERS = 200, 300, 150, 90, 2600, 1800
FIRST, LAST, CALENDAR_END = date(1998, 1, 1), date(2002, 12, 31), date(2003, 12, 31)
JULIAN = 1721425  # what turns a proleptic ordinal into the day number that keys of dates are

CATEGORIES = {
    "Women": ("dresses", "maternity", "swimwear"),
    "Men": ("pants", "shirts", "accessories"),
    "Music": ("classical", "pop", "rock"),
    "Sports": ("football", "sailing", "camping"),
    "Books": ("travel", "mystery", "science"),
    "Home": ("rugs", "lighting", "decor"),
    "Electronics": ("stereo", "portable", "memory"),
    "Jewelry": ("rings", "gold", "bracelets"),
}
COLORS = ("slate", "peach", "powder", "khaki", "snow", "plum", "navy", "rose", "green", "honey")
SIZES = ("small", "medium", "large", "petite", "N/A")
UNITS = ("Ounce", "Dozen", "Box", "Each", "Bunch", "Pallet")
# city, county, state, hours from Greenwich, and how its zip codes begin
PLACES = (
    ("Midway", "Orange County", "TN", -5, "31"),
    ("Fairview", "Orange County", "TN", -5, "35"),
    ("Oakland", "Bronx County", "GA", -5, "48"),
    ("Riverside", "Rush County", "GA", -5, "31"),
    ("Glendale", "Luce County", "TX", -6, "64"),
    ("Salem", "Luce County", "TX", -6, "66"),
    ("Edgewood", "Dona County", "NM", -7, "75"),
    ("Ashland", "Wells County", "CA", -8, "81"),
)
FIRST_NAMES = ("Ada", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hope", "Ida", "Jon", "Kai", "Lea")
LAST_NAMES = ("Ames", "Bell", "Cole", "Dunn", "Ebner", "Frost", "Gray", "Hahn", "Irwin", "Jones")
EDUCATION = ("Primary", "Secondary", "College", "2 yr Degree", "4 yr Degree", "Advanced Degree", "Unknown")
BUYING = (">10000", "5001-10000", "1001-5000", "501-1000", "0-500", "Unknown")
SHIPPING = (("EXPRESS", "AIR", "UPS"), ("REGULAR", "AIR", "DHL"), ("EXPRESS", "SURFACE", "ZHOU"), ("REGULAR", "SEA", "BARIAN"),
            ("OVERNIGHT", "AIR", "UPS"), ("LIBRARY", "SEA", "DHL"))  # fmt: skip
MEALS = {
    **dict.fromkeys(range(6, 10), "breakfast"),
    **dict.fromkeys(range(12, 15), "lunch"),
    **dict.fromkeys(range(17, 20), "dinner"),
}
AMONG_NULLS = 0.05  # of the lines of facts and of the descriptions of things some columns are null

Row = dict[str, Any]


def key_of(day: date) -> int:
    return day.toordinal() + JULIAN


class Generator:
    """The rows of all tables; the same for the same seed."""

    def __init__(self, seed: int = 2003) -> None:
        self.random = random.Random(seed)
        self.tables: dict[str, list[Row]] = {name: [] for name in TABLES}
        self.calendar()
        self.things()
        self.people()
        self.bought: dict[int, list[int]] = {}
        self.visits: list[tuple[int, date]] = []
        for number in range(1, TICKETS + 1):
            self.ticket(number)
        for number in range(1, ORDERS + 1):
            self.order("catalog_sales", "cs", "catalog_returns", "cr", number)
        for number in range(1, ORDERS + 1):
            self.order("web_sales", "ws", "web_returns", "wr", number)
        self.stock()

    def add(self, table: str, prefix: str, keep: tuple[str, ...], may_be_null: bool = True, **values: Any) -> Row:
        """Put a row into a table, mostly as it is; columns of `keep` are never null."""
        row = {f"{prefix}_{name}": value for name, value in values.items()}
        if may_be_null and self.random.random() < AMONG_NULLS:
            for name in values:
                if name not in keep and self.random.random() < 0.3:
                    row[f"{prefix}_{name}"] = None
        self.tables[table].append(row)
        return row

    # ── time ──

    def calendar(self) -> None:
        day = FIRST
        while day <= CALENDAR_END:
            quarter = (day.month + 2) // 3
            self.add(
                "date_dim", "d", (), may_be_null=False, date_sk=key_of(day), date_id=f"D{key_of(day)}", date=day,
                month_seq=(day.year - 1900) * 12 + day.month - 1, week_seq=(day - date(1900, 1, 1)).days // 7 + 1,
                quarter_seq=(day.year - 1900) * 4 + quarter, year=day.year, dow=day.isoweekday() % 7, moy=day.month,
                dom=day.day, qoy=quarter, day_name=day.strftime("%A"), quarter_name=f"{day.year}Q{quarter}",
            )  # fmt: skip
            day += timedelta(1)
        for time in range(0, 86400, 60):
            hour = time // 3600
            self.add(
                "time_dim", "t", (), may_be_null=False, time_sk=time, time_id=f"T{time}", time=time, hour=hour,
                minute=time // 60 % 60, second=0, am_pm="AM" if hour < 12 else "PM",
                shift=("third", "first", "second")[(hour + 1) // 8 % 3], meal_time=MEALS.get(hour),
            )  # fmt: skip

    def day(self) -> date:
        # The last months of a year sell more.
        day = FIRST + timedelta(self.random.randrange((LAST - FIRST).days + 1))
        return day.replace(month=self.random.choice((11, 12))) if day.day < 31 and self.random.random() < 0.15 else day

    def hour(self) -> int:
        return self.random.randint(7, 21) * 3600 + self.random.randrange(60) * 60

    # ── things and places ──

    def things(self) -> None:
        chance = self.random
        product = 0
        for sk in range(1, ITEMS + 1):
            # One, two or three revisions of an item in turn.
            product += (sk - 1) % 6 in {0, 1, 3}
            category = chance.choice(tuple(CATEGORIES))
            number = tuple(CATEGORIES).index(category) + 1
            kind = chance.randrange(3)
            brand = chance.randint(1, 3)
            maker = chance.randint(1, 25)
            self.add(
                "item", "i", ("item_sk", "item_id"), item_sk=sk, item_id=f"ITEM{product:05}",
                item_desc=f"Fine {chance.choice(COLORS)} thing no {product}",
                current_price=chance.randint(50, 9900), wholesale_cost=chance.randint(20, 5000),
                brand_id=number * 1000 + brand, brand=f"{category.lower()}brand #{brand}", class_id=kind + 1,
                **{"class": CATEGORIES[category][kind]}, category_id=number, category=category, manufact_id=maker,
                manufact=f"maker {maker}", size=chance.choice(SIZES), color=chance.choice(COLORS),
                units=chance.choice(UNITS), manager_id=chance.randint(1, 10), product_name=f"product {sk}",
            )  # fmt: skip
        for sk in range(1, 9):
            self.add(
                "store", "s", ("store_sk", "store_id"), store_sk=sk, store_id=f"STORE{(sk + 1) // 2}",
                store_name=("able", "bar", "ese")[sk % 3], number_employees=200 + 12 * sk, market_id=sk % 3 + 6,
                company_id=1 + sk % 2, company_name=f"company {1 + sk % 2}", **self.place(sk % 6),
            )  # fmt: skip
        for sk in range(1, 6):
            place = self.place(sk)
            self.add(
                "warehouse", "w", (), may_be_null=False, warehouse_sk=sk, warehouse_id=f"HOUSE{sk}", warehouse_sq_ft=50_000 * sk,
                warehouse_name=f"The warehouse of {place['city']}", city=place["city"], county=place["county"],
                state=place["state"], country=place["country"],
            )  # fmt: skip
        for sk in range(1, 5):
            self.add(
                "call_center", "cc", (), may_be_null=False, call_center_sk=sk, call_center_id=f"CALL{(sk + 1) // 2}",
                name=("North", "Mid Atlantic", "Pacific")[sk % 3], manager=f"manager {sk}", county=PLACES[sk][1],
            )  # fmt: skip
        for sk in range(1, 31):
            self.add("catalog_page", "cp", (), False, catalog_page_sk=sk, catalog_page_id=f"PAGE{sk:03}")
        for sk in range(1, 13):
            self.add("web_page", "wp", (), False, web_page_sk=sk, web_page_id=f"WEB{sk:03}", char_count=1000 + 500 * sk)
        for sk in range(1, 6):
            self.add(
                "web_site",
                "web",
                (),
                False,
                site_sk=sk,
                site_id=f"SITE{(sk + 1) // 2}",
                name=f"site {sk % 3}",
                company_name=("pri", "able")[sk % 2],
            )
        for sk, (kind, code, carrier) in enumerate(SHIPPING, 1):
            self.add(
                "ship_mode",
                "sm",
                (),
                False,
                ship_mode_sk=sk,
                ship_mode_id=f"SHIP{sk}",
                type=kind,
                code=code,
                carrier=carrier,
            )
        for sk in range(1, 11):
            self.add("reason", "r", (), False, reason_sk=sk, reason_id=f"WHY{sk}", reason_desc=f"reason {sk}")
        for sk in range(1, 13):
            mail, electronic, tv, event = ("Y" if chance.random() < 0.4 else "N" for _ in range(4))
            self.add(
                "promotion", "p", (), False, promo_sk=sk, promo_id=f"PROMO{sk}", channel_dmail=mail, channel_email=electronic,
                channel_tv=tv, channel_event=event,
            )  # fmt: skip

    def place(self, number: int) -> Row:
        chance = self.random
        city, county, state, offset, zip_begin = PLACES[number]
        return {
            "street_number": str(chance.randint(1, 99)), "street_name": chance.choice(("Oak", "Elm", "Lake")),
            "street_type": chance.choice(("Road", "Lane")), "suite_number": f"Suite {chance.randint(1, 9)}", "city": city,
            "county": county, "state": state, "zip": f"{zip_begin}{chance.randint(1, 3)}00", "country": "United States",
            "gmt_offset": offset * 100,
        }  # fmt: skip

    # ── people ──

    def people(self) -> None:
        chance = self.random
        for sk in range(1, ADDRESSES + 1):
            place = self.place(chance.randrange(len(PLACES)))
            kind = chance.choice(("apartment", "condo", "single family"))
            self.add(
                "customer_address",
                "ca",
                ("address_sk",),
                address_sk=sk,
                address_id=f"ADDR{sk:05}",
                location_type=kind,
                **place,
            )
        for sk in range(1, DEMOGRAPHICS + 1):
            self.add(
                "customer_demographics", "cd", (), False, demo_sk=sk, gender=chance.choice("MF"),
                marital_status=chance.choice("MSDW"), education_status=chance.choice(EDUCATION),
                purchase_estimate=chance.randint(1, 3) * 500, credit_rating=chance.choice(("Good", "Low Risk", "High Risk")),
                dep_count=chance.randint(0, 3), dep_employed_count=chance.randint(0, 2), dep_college_count=chance.randint(0, 2),
            )  # fmt: skip
        for sk in range(1, 21):
            self.add(
                "income_band",
                "ib",
                (),
                False,
                income_band_sk=sk,
                lower_bound=(sk - 1) * 10_000 + (sk > 1),
                upper_bound=sk * 10_000,
            )
        for sk in range(1, 73):
            self.add(
                "household_demographics", "hd", (), False, demo_sk=sk, income_band_sk=chance.randint(1, 20),
                buy_potential=chance.choice(BUYING), dep_count=chance.randint(0, 7), vehicle_count=chance.randint(-1, 4),
            )  # fmt: skip
        for sk in range(1, CUSTOMERS + 1):
            first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
            self.add(
                "customer", "c", ("customer_sk", "customer_id"), customer_sk=sk, customer_id=f"CUST{sk:06}",
                current_cdemo_sk=chance.randint(1, DEMOGRAPHICS), current_hdemo_sk=chance.randint(1, 72),
                current_addr_sk=chance.randint(1, ADDRESSES), first_sales_date_sk=key_of(self.day()),
                salutation=chance.choice(("Ms", "Mr", "Dr")), first_name=first, last_name=last,
                preferred_cust_flag=chance.choice("YN"), birth_day=chance.randint(1, 28), birth_month=chance.randint(1, 12),
                birth_year=chance.randint(1930, 1990), birth_country=chance.choice(("PERU", "ITALY", "UNITED STATES")),
                login=f"{first}{sk}", email_address=f"{first}.{last}{sk}@example.com", last_review_date_sk=key_of(self.day()),
            )  # fmt: skip

    def customer(self) -> int:
        # Some come often.
        return 1 + int(CUSTOMERS * self.random.random() ** 1.7)

    # ── facts ──

    def prices(self) -> Row:
        """What a line costs, in cents."""
        chance = self.random
        quantity = chance.randint(1, 100)
        wholesale = chance.randint(100, 9000)
        listed = wholesale * chance.randint(100, 220) // 100
        price = listed * chance.randint(20, 100) // 100
        coupon = price * quantity * chance.randint(5, 60) // 100 if chance.random() < 0.2 else 0
        paid = price * quantity - coupon
        tax = paid * chance.randint(0, 9) // 100
        return {
            "quantity": quantity, "wholesale_cost": wholesale, "list_price": listed, "sales_price": price,
            "ext_discount_amt": (listed - price) * quantity, "ext_sales_price": price * quantity,
            "ext_wholesale_cost": wholesale * quantity, "ext_list_price": listed * quantity, "ext_tax": tax,
            "coupon_amt": coupon, "net_paid": paid, "net_paid_inc_tax": paid + tax, "net_profit": paid - wholesale * quantity,
        }  # fmt: skip

    def refund(self, line: Row, prefix: str, amount: str, credit: str) -> Row:
        """What comes back of a line, in cents."""
        chance = self.random
        quantity = chance.randint(1, line[f"{prefix}_quantity"] or 1)
        back = quantity * (line[f"{prefix}_sales_price"] or 100)
        tax, fee, shipping = back * chance.randint(0, 9) // 100, chance.randint(50, 9900), chance.randint(0, 20000)
        cash = back * chance.randint(0, 100) // 100
        charge = (back - cash) * chance.randint(0, 100) // 100
        return {
            "return_quantity": quantity, amount: back, "return_tax": tax, "return_amt_inc_tax": back + tax, "fee": fee,
            "return_ship_cost": shipping, "refunded_cash": cash, "reversed_charge": charge, credit: back - cash - charge,
            "net_loss": tax + fee + shipping,
        }  # fmt: skip

    def lines(self, customer: int, most: int) -> Iterator[int]:
        """Different items; of those that the customer bought before some again."""
        seen: set[int] = set()
        known = self.bought.get(customer, [])
        for _ in range(self.random.randint(1, most)):
            item = self.random.choice(known) if known and self.random.random() < 0.35 else self.random.randint(1, ITEMS)
            if item not in seen:
                seen.add(item)
                yield item

    def ticket(self, number: int) -> None:
        chance = self.random
        customer, day = self.customer(), self.day()
        self.visits.append((customer, day))
        head = {
            "sold_date_sk": key_of(day), "sold_time_sk": self.hour(), "customer_sk": customer,
            "cdemo_sk": chance.randint(1, DEMOGRAPHICS), "hdemo_sk": chance.randint(1, 72),
            "addr_sk": chance.randint(1, ADDRESSES), "store_sk": chance.randint(1, 8),
        }  # fmt: skip
        for item in list(self.lines(customer, 12 if chance.random() < 0.1 else 7)):
            self.bought.setdefault(customer, []).append(item)
            line = self.add(
                "store_sales", "ss", ("item_sk", "ticket_number"), **head, item_sk=item,
                promo_sk=chance.randint(1, 12), ticket_number=number, **self.prices(),
            )  # fmt: skip
            if chance.random() < 0.2:
                self.add(
                    "store_returns", "sr", ("item_sk", "ticket_number"),
                    returned_date_sk=key_of(day + timedelta(chance.randint(1, 150))), return_time_sk=self.hour(), item_sk=item,
                    customer_sk=customer if chance.random() < 0.9 else self.customer(), cdemo_sk=chance.randint(1, DEMOGRAPHICS),
                    hdemo_sk=chance.randint(1, 72), addr_sk=chance.randint(1, ADDRESSES), store_sk=head["store_sk"],
                    reason_sk=chance.randint(1, 10), ticket_number=number, **self.refund(line, "ss", "return_amt", "store_credit"),
                )  # fmt: skip

    def order(self, sales: str, sold: str, returns: str, returned: str, number: int) -> None:
        """An order of the catalog or the web; some customers do on one day what they also do in a store."""
        chance = self.random
        customer, day = chance.choice(self.visits) if chance.random() < 0.35 else (self.customer(), self.day())
        receiver = customer if chance.random() < 0.7 else self.customer()
        head = {
            "sold_date_sk": key_of(day), "sold_time_sk": self.hour(), "bill_customer_sk": customer,
            "bill_cdemo_sk": chance.randint(1, DEMOGRAPHICS), "bill_hdemo_sk": chance.randint(1, 72),
            "bill_addr_sk": chance.randint(1, ADDRESSES), "ship_customer_sk": receiver,
            "ship_cdemo_sk": chance.randint(1, DEMOGRAPHICS), "ship_hdemo_sk": chance.randint(1, 72),
            "ship_addr_sk": chance.randint(1, ADDRESSES),
        }  # fmt: skip
        # Many orders come out of one warehouse alone.
        house = chance.randint(1, 5) if chance.random() < 0.4 else None
        center, site = chance.randint(1, 4), chance.randint(1, 5)
        for item in list(self.lines(customer, 7)):
            prices = self.prices()
            shipping = prices["list_price"] * prices["quantity"] * chance.randint(0, 40) // 100
            paid, taxed = prices["net_paid"], prices["net_paid_inc_tax"]
            of_channel = (
                {"call_center_sk": center, "catalog_page_sk": chance.randint(1, 30)}
                if sold == "cs"
                else {"web_page_sk": chance.randint(1, 12), "web_site_sk": site}
            )
            line = self.add(
                sales, sold, ("item_sk", "order_number"), **head, item_sk=item, order_number=number,
                ship_date_sk=key_of(day + timedelta(chance.randint(2, 130))), ship_mode_sk=chance.randint(1, len(SHIPPING)),
                warehouse_sk=house or chance.randint(1, 5), promo_sk=chance.randint(1, 12), **of_channel, **prices,
                ext_ship_cost=shipping, net_paid_inc_ship=paid + shipping, net_paid_inc_ship_tax=taxed + shipping,
            )  # fmt: skip
            if chance.random() < 0.15:
                amount, credit = (
                    ("return_amount", "store_credit") if returned == "cr" else ("return_amt", "account_credit")
                )
                refunded = {
                    f"refunded_{name}": head[f"bill_{name}"]
                    for name in ("customer_sk", "cdemo_sk", "hdemo_sk", "addr_sk")
                }
                # Mostly the one who bought brings it back.
                returning = {name.replace("refunded", "returning"): value for name, value in refunded.items()}
                if chance.random() < 0.3:
                    returning |= {"returning_customer_sk": self.customer(), "returning_cdemo_sk": chance.randint(1, DEMOGRAPHICS),
                                  "returning_addr_sk": chance.randint(1, ADDRESSES)}  # fmt: skip
                place = (
                    {"call_center_sk": center, "catalog_page_sk": of_channel["catalog_page_sk"],
                     "ship_mode_sk": chance.randint(1, len(SHIPPING)), "warehouse_sk": chance.randint(1, 5)}
                    if returned == "cr"
                    else {"web_page_sk": of_channel["web_page_sk"]}
                )  # fmt: skip
                self.add(
                    returns, returned, ("item_sk", "order_number"), item_sk=item, order_number=number,
                    returned_date_sk=key_of(day + timedelta(chance.randint(1, 150))), returned_time_sk=self.hour(),
                    **refunded, **returning, **place, reason_sk=chance.randint(1, 10), **self.refund(line, sold, amount, credit),
                )  # fmt: skip

    def stock(self) -> None:
        """What lies in three warehouses of every third item, each week of two years."""
        chance = self.random
        for week in range(104):
            for item in range(3, ITEMS + 1, 3):
                for house in range(1, 4):
                    most = chance.choice((15, 15, 15, 500, 500, 1000))
                    self.add(
                        "inventory", "inv", ("date_sk", "item_sk", "warehouse_sk"), quantity_on_hand=chance.randint(0, most),
                        date_sk=key_of(date(2000, 1, 6) + timedelta(7 * week)), item_sk=item, warehouse_sk=house,
                    )  # fmt: skip


def write(folder: Path) -> None:
    """Write a CSV file for each table, and SQL that makes and fills them."""
    tables = Generator().tables
    in_order = {
        name: [
            tuple(
                in_hundreds(row[column]) if kind.startswith("decimal") else row[column]
                for column, kind in columns.items()
            )
            for row in tables[name]
        ]
        for name, columns in TABLES.items()
    }
    write_tables(folder, {name: declared(name) for name in TABLES}, in_order)


def in_hundreds(cents: int | None) -> str | None:
    return None if cents is None else f"{cents / 100:.2f}"
