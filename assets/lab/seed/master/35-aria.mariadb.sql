-- Aria exists in MariaDB only.

USE billing;

CREATE TABLE sessions_aria (
    id   CHAR(32) NOT NULL PRIMARY KEY,
    data MEDIUMTEXT NULL,
    seen DATETIME NOT NULL,
    KEY seen (seen)
) ENGINE = Aria;
INSERT INTO sessions_aria
    SELECT MD5(k), IF(k % 13 = 0, NULL, REPEAT(MD5(k), 3)), '2026-08-01' + INTERVAL k MINUTE FROM lab_seed.k WHERE k < 10000;
