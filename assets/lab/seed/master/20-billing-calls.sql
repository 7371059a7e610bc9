-- Call detail by month: the MyISAM heart of the billing database.

CREATE DATABASE billing CHARACTER SET utf8mb4;
CREATE USER 'billing_app'@'%' IDENTIFIED BY 'lab-only-billing';
GRANT ALL ON billing.* TO 'billing_app'@'%';
USE billing;

CREATE TABLE calls_2026_05 (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    customer_id INT UNSIGNED    NOT NULL,
    started_at  DATETIME        NOT NULL,
    duration    INT UNSIGNED    NOT NULL DEFAULT 0,
    src         VARCHAR(20)     NOT NULL,
    dst         VARCHAR(20)     NOT NULL,
    trunk       CHAR(8)         NOT NULL DEFAULT '',
    cost        DECIMAL(10, 4)  NOT NULL DEFAULT 0,
    disposition ENUM('answered', 'busy', 'failed', 'no answer') NOT NULL DEFAULT 'answered',
    flags       BIT(8)          NOT NULL DEFAULT b'0',
    billed      TINYINT         NOT NULL DEFAULT 0,
    note        VARCHAR(80)     NULL,
    PRIMARY KEY (id),
    KEY customer_time (customer_id, started_at),
    KEY started_at (started_at),
    KEY dst (dst)
) ENGINE = MyISAM;
CREATE TABLE calls_2026_06 LIKE calls_2026_05;
CREATE TABLE calls_2026_07 LIKE calls_2026_05;
CREATE TABLE calls_2026_08 LIKE calls_2026_05;

-- ids leave gaps (every 997th is missing), as after deletes
INSERT INTO calls_2026_05
    SELECT v + 1 + v DIV 996, 1 + v * 7919 % 2000, '2026-05-01' + INTERVAL v * 37 % 2678400 SECOND, v * 31 % 1800,
           CONCAT('+4930', LPAD(v * 7919 % 10000000, 7, '0')), CONCAT('+4420', LPAD(v * 104729 % 10000000, 7, '0')),
           CONCAT('trunk', v % 16), v * 31 % 1800 * 0.0125, 1 + v % 4, v % 256, v % 3 = 0,
           IF(v % 10 = 0, CONCAT('note ', SHA2(v, 224)), NULL)
    FROM (SELECT k.k * 1000 + n.n AS v FROM lab_seed.k, lab_seed.n WHERE k.k < @call_thousands) AS numbers;
INSERT INTO calls_2026_06
    SELECT id, customer_id, started_at + INTERVAL 31 DAY, duration, src, dst, trunk, cost, disposition, flags, billed, note
    FROM calls_2026_05;
INSERT INTO calls_2026_07
    SELECT id, customer_id, started_at + INTERVAL 61 DAY, duration, dst, src, trunk, cost, disposition, flags, billed, note
    FROM calls_2026_05;
INSERT INTO calls_2026_08
    SELECT id, customer_id, started_at + INTERVAL 92 DAY, duration, dst, src, trunk, cost, disposition, flags, 0, NULL
    FROM calls_2026_05;
DELETE FROM calls_2026_07 WHERE id % 5003 = 0;

-- full text in MyISAM
CREATE TABLE tickets (
    id      INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    subject VARCHAR(120) NOT NULL,
    body    TEXT         NOT NULL,
    FULLTEXT KEY words (subject, body)
) ENGINE = MyISAM;
INSERT INTO tickets (subject, body)
    SELECT CONCAT('Ticket ', n, ELT(1 + n % 4, ' dropped call', ' wrong tariff', ' number porting', ' echo on the line')),
           CONCAT('The customer reports since ', n % 28 + 1, ' August: ', REPEAT(ELT(1 + n % 3, 'silence ', 'noise ', 'busy tone '), 1 + n % 20))
    FROM lab_seed.n;

-- nothing to find a row by
CREATE TABLE switch_log (
    at   TIMESTAMP    NOT NULL DEFAULT CURRENT_TIMESTAMP,
    line VARCHAR(100) NULL
) ENGINE = MyISAM;
INSERT INTO switch_log SELECT TIMESTAMP('2026-08-01 00:00:00') + INTERVAL n MINUTE, NULLIF(CONCAT('switch line ', n % 50), 'switch line 7') FROM lab_seed.n;
