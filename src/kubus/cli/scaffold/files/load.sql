-- The sample data, for an empty PostgreSQL database. From the folder of the project: psql -d shop -f data/load.sql
-- All or nothing. Times are UTC, without a zone.

\set ON_ERROR_STOP on

BEGIN;

CREATE TABLE product_categories (
    id integer PRIMARY KEY,
    name text NOT NULL,
    created_at timestamp NOT NULL
);

CREATE TABLE suppliers (
    id integer PRIMARY KEY,
    company text NOT NULL,
    email text,
    country text NOT NULL,
    created_at timestamp NOT NULL
);

CREATE TABLE products (
    id integer PRIMARY KEY,
    product_category_id integer NOT NULL REFERENCES product_categories,
    supplier_id integer REFERENCES suppliers,
    name text NOT NULL,
    description text,
    price numeric(10, 2) NOT NULL,
    weight_grams integer,
    is_active boolean NOT NULL,
    created_at timestamp NOT NULL
);

CREATE TABLE users (
    id integer PRIMARY KEY,
    tenant_id integer NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text NOT NULL,
    gender text,
    age integer,
    city text NOT NULL,
    state text,
    country text NOT NULL,
    created_at timestamp NOT NULL
);

CREATE TABLE orders (
    id integer PRIMARY KEY,
    tenant_id integer NOT NULL,
    user_id integer REFERENCES users,
    number text NOT NULL UNIQUE,
    status text NOT NULL,
    channel text NOT NULL,
    amount numeric(12, 2) NOT NULL,
    created_at timestamp NOT NULL,
    completed_at timestamp
);

CREATE TABLE line_items (
    id integer PRIMARY KEY,
    order_id integer NOT NULL REFERENCES orders,
    product_id integer NOT NULL REFERENCES products,
    quantity integer NOT NULL,
    price numeric(10, 2) NOT NULL,
    created_at timestamp NOT NULL
);

\copy product_categories FROM 'data/product_categories.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\copy suppliers FROM 'data/suppliers.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\copy products FROM 'data/products.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\copy users FROM 'data/users.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\copy orders FROM 'data/orders.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\copy line_items FROM 'data/line_items.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')

CREATE INDEX ON products (product_category_id);
CREATE INDEX ON products (supplier_id);
CREATE INDEX ON orders (created_at);
CREATE INDEX ON orders (user_id);
CREATE INDEX ON line_items (order_id);
CREATE INDEX ON line_items (product_id);

COMMIT;

ANALYZE product_categories, suppliers, products, users, orders, line_items;
