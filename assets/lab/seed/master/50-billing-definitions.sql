-- What is no table file: views, trigger, routines, event; their definer lives on the master only.

USE billing;

CREATE DEFINER = 'billing_app'@'%' SQL SECURITY DEFINER VIEW open_invoices AS
    SELECT i.id, c.name, i.issued_on, i.gross FROM invoices i JOIN customers c ON c.id = i.customer_id WHERE i.paid = b'0';
CREATE DEFINER = 'billing_app'@'%' VIEW debtors AS
    SELECT name, COUNT(*) AS invoices, SUM(gross) AS owed FROM open_invoices GROUP BY name;
CREATE SQL SECURITY INVOKER VIEW calls_recent AS
    SELECT '2026-07' AS month, id, customer_id, started_at, cost FROM calls_2026_07
    UNION ALL SELECT '2026-08', id, customer_id, started_at, cost FROM calls_2026_08;

DELIMITER //
CREATE DEFINER = 'billing_app'@'%' TRIGGER count_lines AFTER INSERT ON invoice_lines FOR EACH ROW
BEGIN
    UPDATE invoices SET net = net + NEW.amount, line_count = line_count + 1 WHERE id = NEW.invoice_id;
END//
CREATE DEFINER = 'billing_app'@'%' FUNCTION minutes_begun(seconds INT) RETURNS INT DETERMINISTIC NO SQL
BEGIN
    RETURN CEILING(seconds / 60);
END//
CREATE DEFINER = 'billing_app'@'%' PROCEDURE settle(IN customer INT UNSIGNED)
BEGIN
    UPDATE invoices SET paid = b'1' WHERE customer_id = customer;
    UPDATE customers SET balance = 0 WHERE id = customer;
END//
CREATE DEFINER = 'billing_app'@'%' EVENT nightly_mark ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 03:00:00' ENABLE DO
BEGIN
    INSERT INTO switch_log (line) VALUES ('nightly');
END//
DELIMITER ;
