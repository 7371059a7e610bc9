-- What the slave already serves; it must survive whatever happens to `billing`.

CREATE DATABASE intranet CHARACTER SET utf8mb4;
CREATE USER 'intranet_app'@'localhost' IDENTIFIED BY 'lab-only-intranet';
GRANT ALL ON intranet.* TO 'intranet_app'@'localhost';
USE intranet;
CREATE TABLE pages (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, title VARCHAR(80) NOT NULL, body TEXT NULL) ENGINE = InnoDB;
INSERT INTO pages (title, body) VALUES ('Welcome', 'The intranet of the second server.'), ('Canteen', 'Menu of the week'), ('Ünïcode', NULL);
CREATE TABLE hits (at DATETIME NOT NULL, page INT NOT NULL, KEY at (at)) ENGINE = MyISAM;
INSERT INTO hits VALUES ('2026-08-01 08:00:00', 1), ('2026-08-01 08:01:00', 2), ('2026-08-01 08:02:00', 1);
