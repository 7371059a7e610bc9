-- What else a MariaDB server may hold: beside the lab's billing database, in the same. Nothing that 10.5 does not know.
USE billing;
CREATE TABLE grown (id INT PRIMARY KEY, a INT) ENGINE = InnoDB;
INSERT INTO grown VALUES (1, 1), (2, 2);
ALTER TABLE grown ADD COLUMN b VARCHAR(10) DEFAULT 'before', ALGORITHM = INSTANT;
ALTER TABLE grown DROP COLUMN a, ALGORITHM = INSTANT;
INSERT INTO grown (id, b) VALUES (3, 'after');

CREATE TABLE hidden (
    id INT PRIMARY KEY, shy INT INVISIBLE DEFAULT 5, v INT AS (id + shy) VIRTUAL, s INT AS (id * 2) STORED, j JSON,
    KEY (v), CHECK (id > 0)
) ENGINE = InnoDB;
INSERT INTO hidden (id, shy, j) VALUES (1, 7, '[1, 2]'), (2, 8, '[3]'), (3, 9, NULL);

CREATE TABLE places (id INT PRIMARY KEY, p POINT NOT NULL, SPATIAL KEY (p)) ENGINE = InnoDB;
INSERT INTO places VALUES (1, POINT(1, 2)), (2, POINT(3, 4));
CREATE TABLE addresses (id INT PRIMARY KEY, a INET6, u VARCHAR(20) COMPRESSED) ENGINE = InnoDB;
INSERT INTO addresses VALUES (1, '2001:db8::1', 'packed'), (2, NULL, NULL);

CREATE TABLE shares (id INT, d INT, note VARCHAR(20), PRIMARY KEY (id, d), KEY (note)) ENGINE = InnoDB
    PARTITION BY RANGE (d) SUBPARTITION BY HASH (id) SUBPARTITIONS 2
    (PARTITION P0 VALUES LESS THAN (10), PARTITION `p Größe` VALUES LESS THAN MAXVALUE);
INSERT INTO shares VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 30, 'c'), (4, 40, 'd');
CREATE TABLE slices (id INT PRIMARY KEY, note VARCHAR(20), KEY (note)) ENGINE = InnoDB PARTITION BY HASH (id) PARTITIONS 3;
INSERT INTO slices VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');
CREATE TABLE a_myisam (id INT, word VARCHAR(20), KEY (word)) ENGINE = MyISAM PARTITION BY HASH (id) PARTITIONS 2;
INSERT INTO a_myisam VALUES (1, 'x'), (2, 'y');

CREATE TABLE con (id INT PRIMARY KEY) ENGINE = InnoDB;
INSERT INTO con VALUES (1);
CREATE TABLE `ü` (id INT PRIMARY KEY) ENGINE = InnoDB;
CREATE TABLE `Ü` (id INT PRIMARY KEY) ENGINE = InnoDB;
INSERT INTO `ü` VALUES (1);
INSERT INTO `Ü` VALUES (1), (2);

CREATE TABLE loaded (id INT NOT NULL, word VARCHAR(20) NOT NULL) ENGINE = CSV;
INSERT INTO loaded VALUES (1, 'a,"b"');
CREATE TABLE online (id INT PRIMARY KEY) ENGINE = MEMORY;
CREATE TABLE all_calls LIKE calls_2026_07;
ALTER TABLE all_calls ENGINE = MERGE UNION = (calls_2026_05, calls_2026_06);
CREATE TABLE chicken (id INT PRIMARY KEY, egg INT) ENGINE = InnoDB;
CREATE TABLE egg (id INT PRIMARY KEY, chicken INT, FOREIGN KEY (chicken) REFERENCES chicken (id)) ENGINE = InnoDB;
INSERT INTO chicken VALUES (1, 1);
INSERT INTO egg VALUES (1, 1);
ALTER TABLE chicken ADD FOREIGN KEY (egg) REFERENCES egg (id);
CREATE SEQUENCE ticket_number START WITH 1000;
DO NEXT VALUE FOR ticket_number;

CREATE VIEW z_first AS SELECT id FROM grown;
CREATE VIEW a_second AS SELECT id FROM z_first;
SET GLOBAL log_bin_trust_function_creators = 1;
CREATE FUNCTION undeclared() RETURNS INT RETURN (SELECT COUNT(*) FROM grown);
SET GLOBAL log_bin_trust_function_creators = 0;
CREATE EVENT asleep ON SCHEDULE EVERY 1 YEAR DISABLE COMMENT 'ENABLE' DO SET @x = 1;

-- in places of the master's own
CREATE TABLE elsewhere (id INT PRIMARY KEY, word VARCHAR(20)) ENGINE = InnoDB DATA DIRECTORY = '/var/lib/elsewhere';
INSERT INTO elsewhere VALUES (1, 'apart');
CREATE TABLE packed (id INT PRIMARY KEY, word TEXT) ENGINE = InnoDB PAGE_COMPRESSED = 1;
INSERT INTO packed VALUES (1, REPEAT('again ', 1000));
