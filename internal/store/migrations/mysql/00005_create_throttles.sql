-- +goose Up
CREATE TABLE throttles (
    id            BINARY(32)  NOT NULL,
    clears_at     DATETIME(3) NOT NULL,
    blocked_until DATETIME(3) NOT NULL,
    PRIMARY KEY (id),
    KEY throttles_clears_at (clears_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
