"""Data in the shape of TPC-H: its tables, its value domains and its proportions, made from a seed.

The texts and the random numbers are our own, so that nothing has to be fetched; the proportions are such that every one
of the 22 questions has an answer of some rows.

Source: https://www.tpc.org/tpch/ (standard specification, clauses 1.4 and 4.2)
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.engines.csv_tables import write_tables

SUPPLIERS, CUSTOMERS, PARTS, ORDERS = 60, 300, 600, 4000
REGIONS = ("AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST")
NATIONS = (
    ("ALGERIA", 0), ("ARGENTINA", 1), ("BRAZIL", 1), ("CANADA", 1), ("EGYPT", 4), ("ETHIOPIA", 0), ("FRANCE", 3),
    ("GERMANY", 3), ("INDIA", 2), ("INDONESIA", 2), ("IRAN", 4), ("IRAQ", 4), ("JAPAN", 2), ("JORDAN", 4), ("KENYA", 0),
    ("MOROCCO", 0), ("MOZAMBIQUE", 0), ("PERU", 1), ("CHINA", 2), ("ROMANIA", 3), ("SAUDI ARABIA", 4), ("VIETNAM", 2),
    ("RUSSIA", 3), ("UNITED KINGDOM", 3), ("UNITED STATES", 1),
)  # fmt: skip
COLORS = ("almond", "azure", "blue", "forest", "green", "ivory", "lemon", "navy", "olive", "plum", "rose", "snow")
TYPES = (("STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"),
         ("ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"), ("TIN", "NICKEL", "BRASS", "STEEL", "COPPER"))  # fmt: skip
CONTAINERS = (("SM", "LG", "MED", "JUMBO", "WRAP"), ("CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"))
SEGMENTS = ("AUTOMOBILE", "BUILDING", "FURNITURE", "MACHINERY", "HOUSEHOLD")
PRIORITIES = ("1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW")
INSTRUCTIONS = ("DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN")
MODES = ("REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB", "AIR REG")
# Days of orders, and the day on which the data are looked at.
FIRST, LAST, TODAY = date(1992, 1, 1), date(1998, 8, 2), date(1995, 6, 17)

TABLES = {
    "region": "r_regionkey integer, r_name text, r_comment text",
    "nation": "n_nationkey integer, n_name text, n_regionkey integer, n_comment text",
    "supplier": "s_suppkey integer, s_name text, s_address text, s_nationkey integer, s_phone text, "
    "s_acctbal decimal(15,2), s_comment text",
    "customer": "c_custkey integer, c_name text, c_address text, c_nationkey integer, c_phone text, "
    "c_acctbal decimal(15,2), c_mktsegment text, c_comment text",
    "part": "p_partkey integer, p_name text, p_mfgr text, p_brand text, p_type text, p_size integer, "
    "p_container text, p_retailprice decimal(15,2), p_comment text",
    "partsupp": "ps_partkey integer, ps_suppkey integer, ps_availqty integer, ps_supplycost decimal(15,2), "
    "ps_comment text",
    "orders": "o_orderkey integer, o_custkey integer, o_orderstatus text, o_totalprice decimal(15,2), "
    "o_orderdate date, o_orderpriority text, o_clerk text, o_shippriority integer, o_comment text",
    "lineitem": "l_orderkey integer, l_partkey integer, l_suppkey integer, l_linenumber integer, "
    "l_quantity decimal(15,2), l_extendedprice decimal(15,2), l_discount decimal(15,2), l_tax decimal(15,2), "
    "l_returnflag text, l_linestatus text, l_shipdate date, l_commitdate date, l_receiptdate date, "
    "l_shipinstruct text, l_shipmode text, l_comment text",
}

Row = tuple[Any, ...]


class Generator:
    """The rows of all tables; the same for the same seed."""

    def __init__(self, seed: int = 1992) -> None:
        self.random = random.Random(seed)
        self.tables: dict[str, list[Row]] = {name: [] for name in TABLES}
        self.tables["region"] = [(n, name, self.words()) for n, name in enumerate(REGIONS)]
        self.tables["nation"] = [(n, name, region, self.words()) for n, (name, region) in enumerate(NATIONS)]
        self.tables["supplier"] = list(map(self.supplier, range(1, SUPPLIERS + 1)))
        self.tables["customer"] = list(map(self.customer, range(1, CUSTOMERS + 1)))
        self.tables["part"] = list(map(self.part, range(1, PARTS + 1)))
        self.tables["partsupp"] = [row for part in range(1, PARTS + 1) for row in self.offers(part)]
        self.offered = {
            part: [row[1] for row in self.tables["partsupp"] if row[0] == part] for part in range(1, PARTS + 1)
        }
        for number in range(1, ORDERS + 1):
            self.order(number)

    def words(self) -> str:
        words = ("carefully", "final", "deposits", "sleep", "quickly", "above", "the", "ironic", "requests", "packages")
        return " ".join(self.random.choices(words, k=self.random.randint(2, 6)))

    def money(self, low: int, high: int) -> str:
        return f"{self.random.randint(low * 100, high * 100) / 100:.2f}"

    def phone(self, nation: int) -> str:
        numbers = (self.random.randint(100, 999), self.random.randint(100, 999), self.random.randint(1000, 9999))
        return f"{nation + 10}-{'-'.join(map(str, numbers))}"

    def supplier(self, key: int) -> Row:
        # Every nation has one at least.
        nation = key % 25
        comment = self.words() + (" Customer did Complaints" if self.random.random() < 0.1 else "")
        return key, f"Supplier#{key:09}", self.words(), nation, self.phone(nation), self.money(-999, 9999), comment

    def customer(self, key: int) -> Row:
        nation = self.random.randrange(25)
        segment = self.random.choice(SEGMENTS)
        balance = self.money(-999, 9999)
        return key, f"Customer#{key:09}", self.words(), nation, self.phone(nation), balance, segment, self.words()

    def part(self, key: int) -> Row:
        maker = self.random.randint(1, 3)
        name = " ".join(self.random.sample(COLORS, 3))
        kind = " ".join(map(self.random.choice, TYPES))
        container = " ".join(map(self.random.choice, CONTAINERS))
        brand = f"Brand#{maker}{self.random.randint(1, 3)}"
        price = f"{90 + key / 10 + 100 * (key % 10) / 10:.2f}"
        return (
            key,
            name,
            f"Manufacturer#{maker}",
            brand,
            kind,
            self.random.randint(1, 20),
            container,
            price,
            self.words(),
        )

    def offers(self, part: int) -> Iterator[Row]:
        for supplier in self.random.sample(range(1, SUPPLIERS + 1), 4):
            yield part, supplier, self.random.randint(1, 100), self.money(1, 1000), self.words()

    def order(self, number: int) -> None:
        # A third of the customers never ordered.
        customer = self.random.choice([c for c in range(1, CUSTOMERS + 1) if c % 3])
        day = FIRST + timedelta(self.random.randrange((LAST - FIRST).days))
        lines = [self.line(number, line, day) for line in range(1, self.random.randint(1, 7) + 1)]
        states = {line[9] for line in lines}
        state = states.pop() if len(states) == 1 else "P"
        comment = self.words() + (" special packages and requests" if self.random.random() < 0.1 else "")
        total = f"{sum(float(line[5]) * (1 + float(line[7])) * (1 - float(line[6])) for line in lines):.2f}"
        clerk = f"Clerk#{self.random.randint(1, 20):09}"
        priority = self.random.choice(PRIORITIES)
        self.tables["orders"].append((number, customer, state, total, day, priority, clerk, 0, comment))
        self.tables["lineitem"].extend(lines)

    def line(self, order: int, number: int, ordered: date) -> Row:
        chance = self.random
        part = chance.randint(1, PARTS)
        supplier = chance.choice(self.offered[part])
        quantity = chance.randint(1, 50)
        price = quantity * float(self.tables["part"][part - 1][7])
        shipped = ordered + timedelta(chance.randint(1, 121))
        committed = ordered + timedelta(chance.randint(30, 90))
        received = shipped + timedelta(chance.randint(1, 30))
        returned = chance.choice("RA") if received <= TODAY else "N"
        status = "O" if shipped > TODAY else "F"
        return (
            order, part, supplier, number, f"{quantity:.2f}", f"{price:.2f}", f"{chance.randint(0, 10) / 100:.2f}",
            f"{chance.randint(0, 8) / 100:.2f}", returned, status, shipped, committed, received,
            chance.choice(INSTRUCTIONS), chance.choice(MODES), self.words(),
        )  # fmt: skip


def write(folder: Path) -> None:
    """Write a CSV file for each table, and SQL that makes and fills them."""
    write_tables(folder, TABLES, Generator().tables)
