-- What else a MySQL 8 or 9 server may hold: beside the lab's billing database, in the same.
USE billing;
CREATE TABLE grown (id INT PRIMARY KEY, a INT) ENGINE = InnoDB;
INSERT INTO grown VALUES (1, 1), (2, 2);
ALTER TABLE grown ADD COLUMN b VARCHAR(10) DEFAULT 'before', ALGORITHM = INSTANT;
ALTER TABLE grown ADD COLUMN c INT FIRST, ALGORITHM = INSTANT;
ALTER TABLE grown DROP COLUMN a, ALGORITHM = INSTANT;
INSERT INTO grown (id, b, c) VALUES (3, 'after', 3);

CREATE TABLE hidden (
    id INT PRIMARY KEY, shy INT INVISIBLE DEFAULT 5, v INT AS (id + shy) VIRTUAL, s INT AS (id * 2) STORED, j JSON,
    KEY (v), KEY ((id * shy)), KEY members ((CAST(j AS UNSIGNED ARRAY))), CHECK (id > 0)
) ENGINE = InnoDB;
INSERT INTO hidden (id, shy, j) VALUES (1, 7, '[1, 2]'), (2, 8, '[3]'), (3, 9, NULL);

SET sql_generate_invisible_primary_key = ON;
CREATE TABLE keyless (a INT) ENGINE = InnoDB;
SET sql_generate_invisible_primary_key = OFF;
INSERT INTO keyless VALUES (1), (1), (2);

CREATE TABLE places (id INT PRIMARY KEY, p POINT NOT NULL SRID 4326, SPATIAL KEY (p)) ENGINE = InnoDB;
INSERT INTO places VALUES (1, ST_SRID(POINT(1, 2), 4326)), (2, ST_SRID(POINT(3, 4), 4326));
CREATE TABLE vectors (id INT PRIMARY KEY, v VECTOR(3)) ENGINE = InnoDB;
INSERT INTO vectors VALUES (1, STRING_TO_VECTOR('[1, 2, 3]'));

CREATE TABLE shares (id INT, d INT, note VARCHAR(20), PRIMARY KEY (id, d), KEY (note)) ENGINE = InnoDB
    PARTITION BY RANGE (d) SUBPARTITION BY HASH (id) SUBPARTITIONS 2
    (PARTITION P0 VALUES LESS THAN (10), PARTITION `p Größe` VALUES LESS THAN MAXVALUE);
INSERT INTO shares VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 30, 'c'), (4, 40, 'd');

-- .sdi files are named after the first 16 letters
CREATE TABLE a_long_table_name_of_one (id INT PRIMARY KEY, twice INT AS (id * 2) STORED, KEY (twice)) ENGINE = MyISAM;
CREATE TABLE a_long_table_name_of_two (id INT PRIMARY KEY, word VARCHAR(20) CHARACTER SET latin1) ENGINE = MyISAM;
INSERT INTO a_long_table_name_of_one (id) VALUES (1), (2);
INSERT INTO a_long_table_name_of_two VALUES (1, 'Größe'), (2, NULL);
CREATE TABLE con (id INT PRIMARY KEY) ENGINE = InnoDB;
INSERT INTO con VALUES (1);
CREATE TABLE `ü` (id INT PRIMARY KEY) ENGINE = InnoDB;
CREATE TABLE `Ü` (id INT PRIMARY KEY) ENGINE = InnoDB;
INSERT INTO `ü` VALUES (1);
INSERT INTO `Ü` VALUES (1), (2);

CREATE TABLE loaded (id INT NOT NULL, word VARCHAR(20) NOT NULL) ENGINE = CSV;
INSERT INTO loaded VALUES (1, 'a,"b"');
CREATE TABLE kept (id INT AUTO_INCREMENT PRIMARY KEY, word VARCHAR(20)) ENGINE = ARCHIVE;
INSERT INTO kept (word) VALUES ('old'), ('older');
CREATE TABLE online (id INT PRIMARY KEY) ENGINE = MEMORY;
CREATE TABLE nothing (id INT) ENGINE = BLACKHOLE;
CREATE TABLE all_calls LIKE calls_2026_07;
ALTER TABLE all_calls ENGINE = MERGE UNION = (calls_2026_05, calls_2026_06);
CREATE TABLE chicken (id INT PRIMARY KEY, egg INT) ENGINE = InnoDB;
CREATE TABLE egg (id INT PRIMARY KEY, chicken INT, FOREIGN KEY (chicken) REFERENCES chicken (id)) ENGINE = InnoDB;
INSERT INTO chicken VALUES (1, 1);
INSERT INTO egg VALUES (1, 1);
ALTER TABLE chicken ADD FOREIGN KEY (egg) REFERENCES egg (id);

CREATE VIEW z_first AS SELECT id FROM grown;
CREATE VIEW a_second AS SELECT id FROM z_first;
SET GLOBAL log_bin_trust_function_creators = 1;
CREATE FUNCTION undeclared() RETURNS INT RETURN (SELECT COUNT(*) FROM grown);
SET GLOBAL log_bin_trust_function_creators = 0;
CREATE EVENT asleep ON SCHEDULE EVERY 1 YEAR DISABLE COMMENT 'ENABLE' DO SET @x = 1;

-- in places of the master's own
CREATE TABLESPACE shelf ADD DATAFILE 'shelf.ibd';
CREATE TABLE shelved (id INT PRIMARY KEY, word VARCHAR(20)) TABLESPACE shelf;
INSERT INTO shelved VALUES (1, 'apart');
CREATE TABLE packed (id INT PRIMARY KEY, word TEXT) ENGINE = InnoDB COMPRESSION = 'zlib';
INSERT INTO packed VALUES (1, REPEAT('again ', 1000));
