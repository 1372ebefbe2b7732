-- The demo's e-commerce data, for DuckDB 1.5 and later. Reads one variable: today, a DATE.
--
-- No random(): every choice is drawn from the MD5 of a row's number, so that the same day gives the same rows with every
-- version of DuckDB (its own hash() may change between versions). Weights are integers, because sums of floating-point
-- numbers depend on the order in which threads add them up.
--
-- Times are UTC, without a zone. The data reach from two years ago to six o'clock this morning.

-- A whole number from 0 to n - 1. `bits` holds four independent places of 16 bits, numbered from 0.
CREATE TEMP MACRO draw(bits, place, n) AS ((((bits >> (16 * place)) & 65535)::BIGINT) * n) // 65536;

-- An element of `words`, all equally likely.
CREATE TEMP MACRO draw_word(bits, place, words) AS words[1 + draw(bits, place, len(words))];

-- A time of day in microseconds, more likely in the afternoon than at night: two draws, averaged and shifted.
CREATE TEMP MACRO draw_time(bits, place) AS to_microseconds(
    ((draw(bits, place, 43200) + draw(bits, place + 1, 43200) + 14400) % 86400) * 1000000
);

CREATE TEMP TABLE period AS
SELECT
    getvariable('today')::TIMESTAMP - INTERVAL 2 YEAR AS starts,
    getvariable('today')::TIMESTAMP + INTERVAL 6 HOUR AS ends;

CREATE TABLE product_categories AS
SELECT
    id::INTEGER AS id,
    name,
    (SELECT starts FROM period) - INTERVAL 2 YEAR + to_days((id * 3)::INTEGER) AS created_at
FROM (VALUES
    (1, 'Audio'), (2, 'Books'), (3, 'Cameras'), (4, 'Clothing'), (5, 'Computers'), (6, 'Garden'),
    (7, 'Groceries'), (8, 'Home & Living'), (9, 'Kitchen'), (10, 'Outdoors'), (11, 'Sports'), (12, 'Toys')
) AS category (id, name);

CREATE TABLE suppliers AS
WITH drawn AS (
    SELECT
        id,
        md5_number_lower('supplier' || id) AS bits,
        ['Alder', 'Birch', 'Cedar', 'Delta', 'Ember', 'Fjord', 'Granite', 'Harbor', 'Iris', 'Juniper'][1 + id % 10] AS first_word,
        ['Brothers', 'Collective', 'Foods', 'Goods', 'Imports', 'Makers', 'Supply', 'Trading', 'Works', 'Workshop'][1 + id // 10] AS last_word
    FROM range(100) AS numbers (id)
)
SELECT
    (id + 1)::INTEGER AS id,
    first_word || ' ' || last_word AS company,
    -- One in twelve has left no address.
    CASE WHEN draw(bits, 0, 12) > 0 THEN 'orders@' || lower(first_word) || '-' || lower(last_word) || '.example' END AS email,
    draw_word(bits, 1, ['United States', 'United States', 'Germany', 'Italy', 'Japan', 'Poland', 'Portugal', 'Vietnam']) AS country,
    (SELECT starts FROM period) - to_days((700 - id * 6)::INTEGER) + draw_time(bits, 2) AS created_at
FROM drawn
ORDER BY id;

-- Eight kinds of thing in each category, each with its usual price in cents and weight in grams (none: a download).
CREATE TEMP TABLE kinds AS
SELECT row_number() OVER () - 1 AS kind, *
FROM (VALUES
    (1, 'Headphones', 8900, 250), (1, 'Loudspeaker', 15900, 2400), (1, 'Earbuds', 5900, 40), (1, 'Turntable', 24900, 5200),
    (1, 'Microphone', 11900, 380), (1, 'Soundbar', 19900, 3100), (1, 'Radio', 4900, 700), (1, 'Amplifier', 32900, 6800),
    (2, 'Novel', 1400, 320), (2, 'Cookbook', 2600, 900), (2, 'Atlas', 3900, 1500), (2, 'Audiobook', 1700, NULL),
    (2, 'Notebook', 900, 210), (2, 'Travel Guide', 1900, 350), (2, 'Picture Book', 1500, 400), (2, 'E-Book', 1100, NULL),
    (3, 'Camera', 64900, 620), (3, 'Lens', 38900, 450), (3, 'Tripod', 8900, 1700), (3, 'Camera Bag', 6900, 800),
    (3, 'Flash', 12900, 300), (3, 'Memory Card', 2900, 5), (3, 'Photo Printer', 17900, 4200), (3, 'Lens Filter', 3500, 60),
    (4, 'T-Shirt', 1900, 160), (4, 'Jacket', 8900, 850), (4, 'Jeans', 5900, 600), (4, 'Sneakers', 7900, 900),
    (4, 'Scarf', 2400, 150), (4, 'Socks', 900, 70), (4, 'Raincoat', 6900, 550), (4, 'Sweater', 4900, 480),
    (5, 'Laptop', 109900, 1500), (5, 'Monitor', 24900, 4800), (5, 'Keyboard', 7900, 850), (5, 'Mouse', 3900, 110),
    (5, 'Docking Station', 14900, 500), (5, 'Webcam', 6900, 160), (5, 'Antivirus Licence', 3900, NULL), (5, 'Solid-State Drive', 8900, 60),
    (6, 'Watering Can', 1900, 600), (6, 'Garden Hose', 3400, 2600), (6, 'Spade', 2900, 1900), (6, 'Lantern', 2200, 700),
    (6, 'Flower Pot', 1200, 1400), (6, 'Bench', 13900, 14000), (6, 'Bird House', 2400, 900), (6, 'Pruning Shears', 2100, 250),
    (7, 'Coffee Beans', 1300, 1000), (7, 'Green Tea', 900, 200), (7, 'Olive Oil', 1500, 900), (7, 'Chocolate Box', 1800, 450),
    (7, 'Honey', 800, 500), (7, 'Pasta Set', 1100, 1500), (7, 'Spice Rack', 2900, 1100), (7, 'Granola', 700, 600),
    (8, 'Desk Lamp', 4400, 1300), (8, 'Cushion', 1900, 500), (8, 'Wool Blanket', 5900, 1400), (8, 'Wall Clock', 3400, 800),
    (8, 'Mirror', 7900, 5200), (8, 'Candle', 1200, 300), (8, 'Rug', 12900, 6500), (8, 'Bookshelf', 15900, 21000),
    (9, 'Chef''s Knife', 6900, 220), (9, 'Frying Pan', 4900, 1600), (9, 'Blender', 8900, 3200), (9, 'Espresso Machine', 34900, 7800),
    (9, 'Cutting Board', 2900, 1200), (9, 'Kettle', 3900, 1100), (9, 'Mixing Bowl', 1900, 700), (9, 'Measuring Cups', 1200, 250),
    (10, 'Tent', 19900, 3400), (10, 'Sleeping Bag', 9900, 1500), (10, 'Backpack', 11900, 1600), (10, 'Camping Stove', 5900, 900),
    (10, 'Head Torch', 3400, 90), (10, 'Hiking Poles', 6900, 520), (10, 'Water Bottle', 1900, 300), (10, 'Map Set', 2400, NULL),
    (11, 'Yoga Mat', 2900, 1300), (11, 'Dumbbells', 5900, 10000), (11, 'Football', 2400, 430), (11, 'Bicycle Helmet', 6900, 320),
    (11, 'Tennis Racket', 9900, 310), (11, 'Swimming Goggles', 1900, 60), (11, 'Skipping Rope', 1200, 200), (11, 'Climbing Harness', 7900, 420),
    (12, 'Building Blocks', 3900, 1200), (12, 'Puzzle', 1700, 700), (12, 'Board Game', 3400, 1300), (12, 'Plush Bear', 2200, 350),
    (12, 'Kite', 1900, 250), (12, 'Toy Train', 4900, 1500), (12, 'Paint Set', 1500, 600), (12, 'Marble Run', 4400, 2100)
) AS kind (category_id, noun, cents, grams);

CREATE TABLE products AS
WITH drawn AS (
    SELECT
        id,
        md5_number_lower('product' || id) AS bits,
        id % 96 AS kind,
        -- Two products of a kind never share their first word: 7 steps through 24 words without meeting.
        ['Classic', 'Compact', 'Everyday', 'Essential', 'Folding', 'Handmade', 'Heritage', 'Junior', 'Large', 'Light',
         'Limited', 'Mini', 'Modern', 'Natural', 'Original', 'Premium', 'Professional', 'Pure', 'Quiet', 'Recycled',
         'Signature', 'Smart', 'Traveller', 'Vintage'][1 + ((id // 96) * 7 + id % 96) % 24] AS first_word
    FROM range(1000) AS numbers (id)
)
SELECT
    (id + 1)::INTEGER AS id,
    category_id::INTEGER AS product_category_id,
    -- Some are made in the shop's own house.
    CASE WHEN draw(bits, 0, 25) > 0 THEN (1 + draw(bits, 1, 100))::INTEGER END AS supplier_id,
    first_word || ' ' || noun AS name,
    CASE WHEN draw(bits, 0, 10) > 0
        THEN first_word || ' ' || lower(noun) || ', ' || draw_word(bits, 2, ['for daily use', 'for beginners', 'made to last', 'a good present', 'for those who know'])
    END AS description,
    -- 60 to 160 percent of what the kind costs, to the next 10 cents, less one.
    (((cents * (60 + draw(bits, 3, 101)) // 1000) * 10 - 1) / 100)::DECIMAL(10, 2) AS price,
    (grams * (80 + draw(bits, 2, 41)) // 100)::INTEGER AS weight_grams,
    draw(bits, 1, 14) > 0 AS is_active,
    (SELECT starts FROM period) - to_days((20 + draw(bits, 3, 500))::INTEGER) + draw_time(bits, 1) AS created_at
FROM drawn JOIN kinds USING (kind)
ORDER BY id;

-- Where customers live. A city takes as many slots as its weight.
CREATE TEMP TABLE places AS
SELECT row_number() OVER () - 1 AS slot, city, state, country
FROM (
    SELECT *, unnest(range(weight))
    FROM (VALUES
        ('New York', 'New York', 'United States', 9), ('Los Angeles', 'California', 'United States', 7),
        ('San Francisco', 'California', 'United States', 5), ('San Diego', 'California', 'United States', 2),
        ('Chicago', 'Illinois', 'United States', 5), ('Springfield', 'Illinois', 'United States', 1),
        ('Austin', 'Texas', 'United States', 4), ('Houston', 'Texas', 'United States', 3),
        ('Seattle', 'Washington', 'United States', 4), ('Boston', 'Massachusetts', 'United States', 3),
        ('Springfield', 'Massachusetts', 'United States', 1), ('Denver', 'Colorado', 'United States', 2),
        ('Portland', 'Oregon', 'United States', 2), ('Miami', 'Florida', 'United States', 3),
        ('Toronto', 'Ontario', 'Canada', 3), ('Montréal', 'Québec', 'Canada', 2), ('Vancouver', 'British Columbia', 'Canada', 2),
        ('London', NULL, 'United Kingdom', 6), ('Manchester', NULL, 'United Kingdom', 2), ('Edinburgh', NULL, 'United Kingdom', 1),
        ('Berlin', NULL, 'Germany', 4), ('Hamburg', NULL, 'Germany', 2), ('München', 'Bayern', 'Germany', 3), ('Köln', NULL, 'Germany', 1),
        ('Paris', NULL, 'France', 4), ('Lyon', NULL, 'France', 1), ('Madrid', NULL, 'Spain', 2), ('Barcelona', NULL, 'Spain', 2),
        ('Amsterdam', NULL, 'Netherlands', 2), ('Stockholm', NULL, 'Sweden', 1), ('Oslo', NULL, 'Norway', 1),
        ('Milano', NULL, 'Italy', 2), ('Warszawa', NULL, 'Poland', 2), ('Tokyo', NULL, 'Japan', 3), ('Osaka', NULL, 'Japan', 1),
        ('Sydney', 'New South Wales', 'Australia', 2), ('Melbourne', 'Victoria', 'Australia', 2),
        ('São Paulo', 'São Paulo', 'Brazil', 3), ('Mumbai', 'Maharashtra', 'India', 2), ('Singapore', NULL, 'Singapore', 1)
    ) AS place (city, state, country, weight)
);

-- Customers in the order in which they came: a third of them before the first order that is kept, then more each day.
CREATE TABLE users AS
WITH drawn AS (
    SELECT
        id,
        md5_number_lower('user' || id) AS bits,
        md5_number_upper('user' || id) AS more_bits,
        (SELECT date_diff('day', starts, ends) FROM period) AS days
    FROM range(10000) AS numbers (id)
),
named AS (
    SELECT
        *,
        draw(bits, 0, 1000) AS gender_draw,
        draw_word(bits, 1, ['Amara', 'Anna', 'Beatriz', 'Chloe', 'Elena', 'Emma', 'Fatima', 'Grace', 'Hana', 'Ingrid', 'Julia', 'Kavya',
                            'Laura', 'Maria', 'Mei', 'Nora', 'Olivia', 'Priya', 'Rosa', 'Sofia', 'Tess', 'Yuki', 'Zoë', 'Zuzanna']) AS womans_name,
        draw_word(bits, 1, ['Adam', 'Ahmed', 'Arjun', 'Ben', 'Carlos', 'Daniel', 'David', 'Emil', 'Felix', 'George', 'Hiroshi', 'Ivan',
                            'Jack', 'Jonas', 'Kenji', 'Liam', 'Łukasz', 'Mateo', 'Noah', 'Omar', 'Paul', 'Ravi', 'Samuel', 'Tom']) AS mans_name,
        draw_word(bits, 2, ['Abe', 'Andersen', 'Becker', 'Brown', 'Carter', 'Chen', 'Costa', 'Dubois', 'Evans', 'Fischer', 'García', 'Hughes',
                            'Ivanova', 'Jensen', 'Khan', 'Kim', 'Kowalska', 'Lopez', 'Martin', 'Meyer', 'Miller', 'Moreau', 'Nguyen', 'O''Brien',
                            'Okafor', 'Patel', 'Rossi', 'Sato', 'Schmidt', 'Silva', 'Smith', 'Suzuki', 'Taylor', 'Tremblay', 'Wilson', 'Young']) AS last_name
    FROM drawn
)
SELECT
    (id + 1)::INTEGER AS id,
    -- Eight shops on one platform, the first the largest.
    [1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8][1 + draw(bits, 3, 20)]::INTEGER AS tenant_id,
    CASE WHEN gender_draw % 2 = 0 THEN womans_name ELSE mans_name END AS first_name,
    last_name,
    'user' || (id + 1) || '@mail.example' AS email,
    CASE
        WHEN gender_draw < 30 THEN NULL
        WHEN gender_draw < 60 THEN 'other'
        WHEN gender_draw % 2 = 0 THEN 'female'
        ELSE 'male'
    END AS gender,
    -- From 18 to 82, most of them between 30 and 60; one in fifteen does not say.
    CASE WHEN draw(more_bits, 3, 15) > 0 THEN (18 + draw(more_bits, 0, 33) + draw(more_bits, 1, 33))::INTEGER END AS age,
    city,
    state,
    country,
    CASE
        WHEN id < 3300 THEN (SELECT starts FROM period) - to_days((1 + (3299 - id) // 9)::INTEGER)
        ELSE (SELECT starts FROM period) + to_days((days * (10000 * (id - 3300) - (id - 3300) * (id - 3300) // 2) // (10000 * 6700 - 6700 * 6700 // 2))::INTEGER)
    END - to_seconds(1 + draw(bits, 2, 64800)) AS created_at
FROM named JOIN places ON places.slot = draw(more_bits, 2, (SELECT count(*) FROM places))
ORDER BY id;

-- Orders of each day: growth, the week, the season and some weather, as one whole-number weight.
CREATE TEMP TABLE days AS
WITH weighed AS (
    SELECT
        number,
        starts + to_days(number::INTEGER) AS day,
        (1000 + number * 2)
        * [82, 104, 100, 98, 102, 116, 98][1 + dayofweek(starts + to_days(number::INTEGER))]
        * [86, 84, 94, 97, 101, 98, 92, 93, 99, 103, 131, 138][month(starts + to_days(number::INTEGER))]
        * (85 + draw(md5_number_lower('day' || number), 0, 31))
        // 100000 AS weight
    FROM period, range(date_diff('day', starts, ends) + 1) AS numbers (number)
),
summed AS (
    SELECT *, sum(weight) OVER (ORDER BY number) AS until_now, sum(weight) OVER () AS total
    FROM weighed
),
counted AS (
    SELECT *, (100000 * until_now // total)::BIGINT AS orders_until_now
    FROM summed
)
SELECT
    day,
    orders_until_now - coalesce(lag(orders_until_now) OVER (ORDER BY number), 0) AS orders,
    (SELECT count(*) FROM users WHERE users.created_at < counted.day) AS known_users
FROM counted;

CREATE TEMP TABLE placed AS
WITH numbered AS (
    SELECT
        row_number() OVER (ORDER BY day, place) AS number,
        day,
        known_users
    FROM (SELECT day, known_users, unnest(range(orders)) AS place FROM days)
),
drawn AS (
    SELECT *, md5_number_lower('order' || number) AS bits, md5_number_upper('order' || number) AS more_bits
    FROM numbered
),
timed AS (
    SELECT *, day + draw_time(bits, 0) AS created_at
    FROM drawn
    WHERE day + draw_time(bits, 0) < (SELECT ends FROM period)
)
SELECT
    row_number() OVER (ORDER BY created_at, number) AS id,
    created_at,
    bits,
    more_bits,
    -- A square of a fraction: customers of the first hour buy most. One order in fifty is a guest's.
    CASE WHEN draw(more_bits, 0, 50) > 0
        THEN 1 + (known_users * draw(bits, 2, 4096) * draw(bits, 2, 4096)) // (4096 * 4096)
    END AS user_id
FROM timed;

CREATE TABLE line_items AS
WITH lines AS (
    SELECT id AS order_id, created_at, unnest(range([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 5, 7][1 + draw(more_bits, 1, 14)])) AS line
    FROM placed
),
drawn AS (
    SELECT *, md5_number_lower(order_id || '/' || line) AS bits
    FROM lines
),
chosen AS (
    -- A square again: some products sell far better than others. 387 has no divisor in common with 1000, so that the
    -- favourites are spread over all kinds.
    SELECT *, 1 + (((1000 * draw(bits, 0, 4096) * draw(bits, 0, 4096)) // (4096 * 4096)) * 387 + 11) % 1000 AS product_id
    FROM drawn
)
SELECT
    row_number() OVER (ORDER BY order_id, line)::INTEGER AS id,
    order_id::INTEGER AS order_id,
    product_id::INTEGER AS product_id,
    [1, 1, 1, 1, 1, 1, 2, 2, 3, 5][1 + draw(bits, 1, 10)]::INTEGER AS quantity,
    -- The price of one, less 5 to 30 percent in one line of six.
    round(products.price * (100 - CASE WHEN draw(bits, 2, 6) = 0 THEN 5 * (1 + draw(bits, 3, 6)) ELSE 0 END) / 100, 2)::DECIMAL(10, 2) AS price,
    chosen.created_at
FROM chosen JOIN products ON products.id = product_id
ORDER BY order_id, line;

CREATE TABLE orders AS
WITH totals AS (
    SELECT order_id, sum(price * quantity)::DECIMAL(12, 2) AS amount
    FROM line_items
    GROUP BY order_id
),
aged AS (
    SELECT
        placed.*,
        totals.amount,
        date_diff('hour', created_at, (SELECT ends FROM period)) AS age_hours,
        draw(more_bits, 2, 100) AS fate
    FROM placed JOIN totals ON totals.order_id = placed.id
),
settled AS (
    SELECT
        *,
        CASE
            WHEN age_hours < 48 THEN CASE WHEN fate < 66 THEN 'processing' WHEN fate < 95 THEN 'shipped' ELSE 'cancelled' END
            WHEN age_hours < 240 THEN
                CASE WHEN fate < 14 THEN 'processing' WHEN fate < 55 THEN 'shipped' WHEN fate < 95 THEN 'completed' ELSE 'cancelled' END
            WHEN fate < 74 THEN 'completed'
            WHEN fate < 84 THEN 'shipped'
            WHEN fate < 92 THEN 'returned'
            WHEN fate < 97 THEN 'cancelled'
            ELSE 'processing'
        END AS status
    FROM aged
)
SELECT
    settled.id::INTEGER AS id,
    coalesce(users.tenant_id, [1, 1, 2, 3, 4, 5, 6, 7][1 + draw(more_bits, 3, 8)])::INTEGER AS tenant_id,
    settled.user_id::INTEGER AS user_id,
    'A-' || (100000 + settled.id) AS number,
    status,
    draw_word(bits, 3, ['web', 'web', 'web', 'web', 'app', 'app', 'app', 'store']) AS channel,
    settled.amount,
    settled.created_at,
    -- Between one day and nine after it was placed, and never later than the data reach.
    CASE WHEN status IN ('completed', 'returned')
        THEN settled.created_at + to_minutes(least(1440 + draw(more_bits, 3, 11520), age_hours * 55))
    END AS completed_at
FROM settled LEFT JOIN users ON users.id = settled.user_id
ORDER BY settled.id;
