-- Numbers and noise that the other files draw from; 90-tidy.sql drops them again.
-- The caller has set @call_thousands, @recordings and @big.

CREATE DATABASE lab_seed CHARACTER SET utf8mb4;
USE lab_seed;

CREATE TABLE digits (d INT UNSIGNED NOT NULL PRIMARY KEY) ENGINE = MyISAM;
INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);

CREATE TABLE n (n INT UNSIGNED NOT NULL PRIMARY KEY) ENGINE = MyISAM;
INSERT INTO n SELECT a.d + 10 * b.d + 100 * c.d FROM digits a, digits b, digits c;

CREATE TABLE k (k INT UNSIGNED NOT NULL PRIMARY KEY) ENGINE = MyISAM;
INSERT INTO k SELECT a.n + 1000 * b.n FROM n a, n b
    WHERE b.n <= GREATEST(@call_thousands, @recordings, 60000) DIV 1000;

-- 512 blocks of 8 KiB that no compressor likes
SET SESSION group_concat_max_len = 65536;
CREATE TABLE noise (id INT UNSIGNED NOT NULL PRIMARY KEY, block BLOB NOT NULL) ENGINE = MyISAM;
INSERT INTO noise
    SELECT k.k, GROUP_CONCAT(UNHEX(SHA2(k.k * 1000 + n.n, 512)) SEPARATOR '')
    FROM k, n WHERE k.k < 512 AND n.n < 128 GROUP BY k.k;
