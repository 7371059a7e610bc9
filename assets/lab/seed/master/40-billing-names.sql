-- Names that break careless quoting, and a reserved word.

USE billing;

CREATE TABLE `call notes` (`the id` INT NOT NULL AUTO_INCREMENT PRIMARY KEY, `a "note"` VARCHAR(50) NULL) ENGINE = InnoDB;
CREATE TABLE `rate "peak"` (id INT NOT NULL PRIMARY KEY, v VARCHAR(20) NOT NULL) ENGINE = MyISAM;
CREATE TABLE `customer's` (id INT NOT NULL PRIMARY KEY, v VARCHAR(20) NOT NULL) ENGINE = InnoDB;
CREATE TABLE `back``tick` (id INT NOT NULL PRIMARY KEY, `col``umn` VARCHAR(20) NOT NULL) ENGINE = InnoDB;
CREATE TABLE `тарифы` (id INT NOT NULL PRIMARY KEY, `имя` VARCHAR(20) NOT NULL) ENGINE = MyISAM;
CREATE TABLE `Gebühren_öäüß` (id INT NOT NULL PRIMARY KEY, v VARCHAR(20) NOT NULL) ENGINE = InnoDB;
CREATE TABLE `in/out.50%` (id INT NOT NULL PRIMARY KEY, v VARCHAR(20) NOT NULL) ENGINE = InnoDB;
CREATE TABLE `$HOME; true` (id INT NOT NULL PRIMARY KEY, v VARCHAR(20) NOT NULL) ENGINE = MyISAM;
CREATE TABLE `order` (id INT NOT NULL PRIMARY KEY, `group` VARCHAR(20) NOT NULL) ENGINE = InnoDB;
CREATE TABLE `-rf` (id INT NOT NULL PRIMARY KEY, v VARCHAR(20) NOT NULL) ENGINE = InnoDB;
CREATE TABLE empty_one (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, v VARCHAR(20) NULL) ENGINE = InnoDB AUTO_INCREMENT = 5000;

INSERT INTO `call notes` (`a "note"`) VALUES ('it''s "quoted"'), ('back\\slash'), ('tab\tnew\nline'), (NULL), ('NULL'), ('\\N');
INSERT INTO `rate "peak"` VALUES (1, 'peak'), (2, 'off-peak');
INSERT INTO `customer's` VALUES (1, 'one'), (2, 'two');
INSERT INTO `back``tick` VALUES (1, '`'), (2, '``');
INSERT INTO `тарифы` VALUES (1, 'ночной'), (2, 'дневной');
INSERT INTO `Gebühren_öäüß` VALUES (1, 'Grundgebühr'), (2, '☎ 📞');
INSERT INTO `in/out.50%` VALUES (1, 'in'), (2, 'out');
INSERT INTO `$HOME; true` VALUES (1, '$(true)');
INSERT INTO `order` VALUES (1, 'by');
INSERT INTO `-rf` VALUES (1, '*');
