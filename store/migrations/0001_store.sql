-- store: the row that readiness probes write, to prove that a commit reaches the disk.
CREATE TABLE store_probe (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL
);
INSERT INTO store_probe (id, at) VALUES (1, 0);

-- How often the database was opened, where the store itself numbers transactions.
CREATE TABLE store_epoch (
    id    BIGINT PRIMARY KEY,
    epoch BIGINT NOT NULL
);
INSERT INTO store_epoch (id, epoch) VALUES (1, 0);
