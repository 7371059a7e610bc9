-- A second database on the same master: none of replication's business.

CREATE DATABASE crm CHARACTER SET utf8mb4;
CREATE USER 'crm_app'@'localhost' IDENTIFIED BY 'lab-only-crm';
GRANT ALL ON crm.* TO 'crm_app'@'localhost';
USE crm;
CREATE TABLE contacts (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80) NOT NULL) ENGINE = InnoDB;
INSERT INTO contacts (name) SELECT CONCAT('contact ', n) FROM lab_seed.n;
CREATE TABLE visits (at DATETIME NOT NULL, page VARCHAR(80) NOT NULL, KEY at (at)) ENGINE = MyISAM;
INSERT INTO visits SELECT '2026-08-01' + INTERVAL n MINUTE, CONCAT('/page/', n % 20) FROM lab_seed.n;
