-- The tables that the pages of this folder ask. Small, so that every number can be checked by hand.

CREATE TABLE customers (id INTEGER, name VARCHAR, city VARCHAR, tenant VARCHAR);
INSERT INTO customers VALUES
    (1, 'Ada', 'Oslo', 'north'),
    (2, 'Bob', 'Rome', 'south'),
    (3, 'Cleo', 'Oslo', 'north'),
    (4, 'Dan', NULL, 'south');

CREATE TABLE orders (
    id INTEGER, customer_id INTEGER, status VARCHAR, amount INTEGER, created_at TIMESTAMP, ship_city VARCHAR
);
INSERT INTO orders VALUES
    (1, 1, 'completed', 100, '2024-01-10 12:00:00', 'Oslo'),
    (2, 2, 'completed', 70, '2024-01-20 09:30:00', 'Rome'),
    (3, 1, 'pending', 50, '2024-02-02 18:00:00', 'Rome'),
    (4, 3, 'completed', 200, '2024-02-14 08:00:00', 'Oslo'),
    (5, 2, 'cancelled', 30, '2024-03-01 23:00:00', 'Rome'),
    (6, NULL, 'pending', 75, '2024-03-15 10:00:00', NULL);

CREATE TABLE items (id INTEGER, order_id INTEGER, product VARCHAR, pieces INTEGER);
INSERT INTO items VALUES
    (1, 1, 'chair', 2),
    (2, 1, 'table', 1),
    (3, 2, 'chair', 1),
    (4, 3, 'lamp', 5),
    (5, 4, 'table', 2),
    (6, 4, 'lamp', 1),
    (7, 5, 'chair', 1);

CREATE TABLE stock (day TIMESTAMP, warehouse VARCHAR, product VARCHAR, pieces INTEGER);
INSERT INTO stock VALUES
    ('2024-01-01', 'east', 'chair', 10),
    ('2024-01-01', 'west', 'chair', 5),
    ('2024-01-31', 'east', 'chair', 4),
    ('2024-01-31', 'west', 'chair', 7),
    ('2024-02-10', 'east', 'chair', 20),
    ('2024-02-20', 'west', 'chair', 3);
