-- The InnoDB side: customers and invoices with foreign keys, generated columns, partitions, full text, large values.

USE billing;

CREATE TABLE customers (
    id         INT UNSIGNED   NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name       VARCHAR(100)   NOT NULL,
    email      VARCHAR(120)   NULL,
    email_host VARCHAR(120)   GENERATED ALWAYS AS (SUBSTRING_INDEX(email, '@', -1)) VIRTUAL,
    country    CHAR(2)        NOT NULL DEFAULT 'DE',
    balance    DECIMAL(14, 4) NOT NULL DEFAULT 0,
    options    JSON           NULL,
    kind       SET('prepaid', 'postpaid', 'reseller') NOT NULL DEFAULT 'postpaid',
    secret     VARBINARY(32)  NULL,
    created_at TIMESTAMP(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    changed_at TIMESTAMP      NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    UNIQUE KEY email (email),
    KEY email_host (email_host),
    KEY country_name (country, name)
) ENGINE = InnoDB;
INSERT INTO customers (id, name, email, country, balance, options, kind, secret, created_at)
    SELECT k * 2 + 1, CONCAT(ELT(1 + k % 5, 'Łukasz', 'Zoë', 'Ömer', 'Анна', '山田'), ' ', k),
           IF(k % 11 = 0, NULL, CONCAT('c', k, '@host', k % 40, '.example')), ELT(1 + k % 4, 'DE', 'PL', 'TR', 'JP'),
           k * 1.25 - 500, IF(k % 7 = 0, NULL, CONCAT('{"limit": ', k, ', "tags": ["a", "', k % 9, '"]}')), 1 + k % 7,
           UNHEX(SHA2(k, 256)), TIMESTAMP('2020-01-01 00:00:00.123456') + INTERVAL k HOUR
    FROM lab_seed.k WHERE k < 2000;

CREATE TABLE invoices (
    id          INT UNSIGNED   NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id INT UNSIGNED   NOT NULL,
    issued_on   DATE           NOT NULL,
    net         DECIMAL(12, 2) NOT NULL DEFAULT 0,
    vat         DECIMAL(12, 2) GENERATED ALWAYS AS (ROUND(net * 0.19, 2)) STORED,
    gross       DECIMAL(12, 2) GENERATED ALWAYS AS (net + vat) VIRTUAL,
    line_count  INT UNSIGNED   NOT NULL DEFAULT 0,
    paid        BIT(1)         NOT NULL DEFAULT b'0',
    KEY customer_date (customer_id, issued_on),
    KEY vat (vat),
    CONSTRAINT invoice_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
) ENGINE = InnoDB;
INSERT INTO invoices (id, customer_id, issued_on, net, line_count, paid)
    SELECT k + 1 + k DIV 100, k % 2000 * 2 + 1, '2024-01-01' + INTERVAL k % 900 DAY, k % 5000 / 7, 3, k % 2
    FROM lab_seed.k WHERE k < 20000;

CREATE TABLE invoice_lines (
    invoice_id INT UNSIGNED      NOT NULL,
    line       SMALLINT UNSIGNED NOT NULL,
    text       VARCHAR(200)      NOT NULL,
    amount     DECIMAL(12, 4)    NOT NULL,
    PRIMARY KEY (invoice_id, line),
    CONSTRAINT line_invoice FOREIGN KEY (invoice_id) REFERENCES invoices (id) ON DELETE CASCADE
) ENGINE = InnoDB;
INSERT INTO invoice_lines
    SELECT i.id, d.d, CONCAT('Position ', d.d, ' of invoice ', i.id), i.net / 3
    FROM invoices i, lab_seed.digits d WHERE d.d BETWEEN 1 AND 3;

CREATE TABLE traffic (
    id      BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    day     DATE            NOT NULL,
    trunk   VARCHAR(16)     NOT NULL,
    seconds INT UNSIGNED    NOT NULL,
    PRIMARY KEY (id, day),
    KEY trunk_day (trunk, day)
) ENGINE = InnoDB
PARTITION BY RANGE (TO_DAYS(day)) (
    PARTITION p2024 VALUES LESS THAN (TO_DAYS('2025-01-01')),
    PARTITION p2025 VALUES LESS THAN (TO_DAYS('2026-01-01')),
    PARTITION p2026 VALUES LESS THAN (TO_DAYS('2027-01-01')),
    PARTITION later VALUES LESS THAN MAXVALUE
);
INSERT INTO traffic (day, trunk, seconds)
    SELECT '2024-01-01' + INTERVAL k % 970 DAY, CONCAT('trunk', k % 16), k % 86400 FROM lab_seed.k WHERE k < 50000;

CREATE TABLE articles (
    id    INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(200) NOT NULL,
    body  TEXT         NOT NULL,
    FULLTEXT KEY words (title, body)
) ENGINE = InnoDB;
INSERT INTO articles (title, body)
    SELECT CONCAT('How to ', ELT(1 + n % 3, 'port', 'block', 'forward'), ' a number, part ', n),
           CONCAT('Dial *', n, '# and wait. ', REPEAT('Hold the line please. ', 1 + n % 10))
    FROM lab_seed.n;

-- large values, hard to compress: what makes the database as big as asked for
CREATE TABLE recordings (
    id      INT UNSIGNED    NOT NULL AUTO_INCREMENT PRIMARY KEY,
    call_id BIGINT UNSIGNED NOT NULL,
    codec   VARCHAR(10)     NOT NULL DEFAULT 'opus',
    audio   MEDIUMBLOB      NULL,
    KEY call_id (call_id)
) ENGINE = InnoDB;
INSERT INTO recordings (call_id, audio)
    SELECT k.k * 3, CONCAT(a.block, b.block, c.block, SUBSTRING(d.block, 1, 6000))
    FROM lab_seed.k
        JOIN lab_seed.noise a ON a.id = k.k * 7 % 512
        JOIN lab_seed.noise b ON b.id = (k.k * 31 + k.k DIV 512) % 512
        JOIN lab_seed.noise c ON c.id = (k.k * 101 + k.k DIV 8192) % 512
        JOIN lab_seed.noise d ON d.id = (k.k * 211 + 5) % 512
    WHERE k.k < @recordings;
INSERT INTO recordings (call_id, audio) VALUES (1, NULL), (2, ''), (3, X'00FF0A0D5C271A');

CREATE TABLE rates_packed (
    prefix   VARCHAR(12)    NOT NULL PRIMARY KEY,
    rate     DECIMAL(10, 6) NOT NULL,
    ratio    DOUBLE         NOT NULL,
    opens_at TIME           NULL,
    since    YEAR           NULL
) ENGINE = InnoDB ROW_FORMAT = COMPRESSED;
INSERT INTO rates_packed
    SELECT CONCAT('+', k + 1), k / 9973, k / 7, IF(k % 5, SEC_TO_TIME(k % 86400), NULL), 2000 + k % 26 FROM lab_seed.k WHERE k < 5000;
