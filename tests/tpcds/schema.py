"""The tables of TPC-DS: their names, columns and types are the benchmark's; descriptions that no question reads are left out.

Source: https://www.tpc.org/tpcds/ (standard specification, clauses 2.3 and 2.4)
"""

MONEY = "decimal(7,2)"


def columns(prefix: str, **types: str) -> dict[str, str]:
    """Columns by name, with the type of each; the keys of `types` are types, their values names."""
    return {
        f"{prefix}_{name}": MONEY if kind == "money" else kind
        for kind, names in types.items()
        for name in names.split()
    }


ADDRESS = "street_number street_name street_type suite_number city county state zip country"
PRICES = (
    "wholesale_cost list_price sales_price ext_discount_amt ext_sales_price ext_wholesale_cost ext_list_price ext_tax"
)
SHIPPED = (
    f"{PRICES} coupon_amt ext_ship_cost net_paid net_paid_inc_tax net_paid_inc_ship net_paid_inc_ship_tax net_profit"
)
RETURN_KEYS = "refunded_customer_sk refunded_cdemo_sk refunded_hdemo_sk refunded_addr_sk "
RETURN_KEYS += "returning_customer_sk returning_cdemo_sk returning_hdemo_sk returning_addr_sk"
SALE_KEYS = "bill_customer_sk bill_cdemo_sk bill_hdemo_sk bill_addr_sk ship_customer_sk ship_cdemo_sk ship_hdemo_sk ship_addr_sk"
REFUND = "fee return_ship_cost refunded_cash reversed_charge"

TABLES: dict[str, dict[str, str]] = {
    "date_dim": columns(
        "d",
        integer="date_sk month_seq week_seq quarter_seq year dow moy dom qoy",
        text="date_id day_name quarter_name",
        date="date",
    ),
    "time_dim": columns("t", integer="time_sk time hour minute second", text="time_id am_pm shift meal_time"),
    "item": columns(
        "i",
        integer="item_sk brand_id class_id category_id manufact_id manager_id",
        text="item_id item_desc brand class category manufact size color units product_name",
        money="current_price wholesale_cost",
    ),
    "customer_address": columns(
        "ca", integer="address_sk", text=f"address_id {ADDRESS} location_type", money="gmt_offset"
    ),
    "customer_demographics": columns(
        "cd",
        integer="demo_sk purchase_estimate dep_count dep_employed_count dep_college_count",
        text="gender marital_status education_status credit_rating",
    ),
    "household_demographics": columns(
        "hd", integer="demo_sk income_band_sk dep_count vehicle_count", text="buy_potential"
    ),
    "income_band": columns("ib", integer="income_band_sk lower_bound upper_bound"),
    "customer": columns(
        "c",
        integer="customer_sk current_cdemo_sk current_hdemo_sk current_addr_sk first_sales_date_sk birth_day "
        "birth_month birth_year last_review_date_sk",
        text="customer_id salutation first_name last_name preferred_cust_flag birth_country login email_address",
    ),
    "store": columns(
        "s",
        integer="store_sk number_employees market_id company_id",
        text=f"store_id store_name company_name {ADDRESS}",
        money="gmt_offset",
    ),
    "warehouse": columns(
        "w",
        integer="warehouse_sk warehouse_sq_ft",
        text="warehouse_id warehouse_name city county state country",
    ),
    "call_center": columns("cc", integer="call_center_sk", text="call_center_id name manager county"),
    "catalog_page": columns("cp", integer="catalog_page_sk", text="catalog_page_id"),
    "web_page": columns("wp", integer="web_page_sk char_count", text="web_page_id"),
    "web_site": columns("web", integer="site_sk", text="site_id name company_name"),
    "ship_mode": columns("sm", integer="ship_mode_sk", text="ship_mode_id type code carrier"),
    "reason": columns("r", integer="reason_sk", text="reason_id reason_desc"),
    "promotion": columns("p", integer="promo_sk", text="promo_id channel_dmail channel_email channel_tv channel_event"),
    "inventory": columns("inv", integer="date_sk item_sk warehouse_sk quantity_on_hand"),
    "store_sales": columns(
        "ss",
        integer="sold_date_sk sold_time_sk item_sk customer_sk cdemo_sk hdemo_sk addr_sk store_sk promo_sk ticket_number "
        "quantity",
        money=f"{PRICES} coupon_amt net_paid net_paid_inc_tax net_profit",
    ),
    "store_returns": columns(
        "sr",
        integer="returned_date_sk return_time_sk item_sk customer_sk cdemo_sk hdemo_sk addr_sk store_sk reason_sk "
        "ticket_number return_quantity",
        money=f"return_amt return_tax return_amt_inc_tax {REFUND} store_credit net_loss",
    ),
    "catalog_sales": columns(
        "cs",
        integer=f"sold_date_sk sold_time_sk ship_date_sk {SALE_KEYS} call_center_sk catalog_page_sk ship_mode_sk "
        "warehouse_sk item_sk promo_sk order_number quantity",
        money=SHIPPED,
    ),
    "catalog_returns": columns(
        "cr",
        integer=f"returned_date_sk returned_time_sk item_sk {RETURN_KEYS} call_center_sk catalog_page_sk ship_mode_sk "
        "warehouse_sk reason_sk order_number return_quantity",
        money=f"return_amount return_tax return_amt_inc_tax {REFUND} store_credit net_loss",
    ),
    "web_sales": columns(
        "ws",
        integer=f"sold_date_sk sold_time_sk ship_date_sk {SALE_KEYS} web_page_sk web_site_sk ship_mode_sk warehouse_sk "
        "item_sk promo_sk order_number quantity",
        money=SHIPPED,
    ),
    "web_returns": columns(
        "wr",
        integer=f"returned_date_sk returned_time_sk item_sk {RETURN_KEYS} web_page_sk reason_sk order_number "
        "return_quantity",
        money=f"return_amt return_tax return_amt_inc_tax {REFUND} account_credit net_loss",
    ),
}

# What identifies a row: of most tables the first column, whose name ends in `_sk`.
KEYS = {
    "inventory": ("inv_date_sk", "inv_item_sk", "inv_warehouse_sk"),
    "store_sales": ("ss_item_sk", "ss_ticket_number"),
    "store_returns": ("sr_item_sk", "sr_ticket_number"),
    "catalog_sales": ("cs_item_sk", "cs_order_number"),
    "catalog_returns": ("cr_item_sk", "cr_order_number"),
    "web_sales": ("ws_item_sk", "ws_order_number"),
    "web_returns": ("wr_item_sk", "wr_order_number"),
}


def declared(table: str) -> str:
    """What stands between the parentheses of CREATE TABLE."""
    key = KEYS.get(table) or (next(iter(TABLES[table])),)
    return ", ".join([*map(" ".join, TABLES[table].items()), f"PRIMARY KEY ({', '.join(key)})"])
