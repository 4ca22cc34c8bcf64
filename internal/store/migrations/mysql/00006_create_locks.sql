-- +goose Up
CREATE TABLE locks (
    name       VARCHAR(32)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    version    BIGINT UNSIGNED NOT NULL,
    held_until DATETIME(3)     NOT NULL,
    PRIMARY KEY (name)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;

INSERT INTO locks (name, version, held_until) VALUES
    ('admins', 0, '1970-01-01 00:00:00'),
    ('clean_up', 0, '1970-01-01 00:00:00');
