-- +goose Up
CREATE TABLE users (
    id            BINARY(16)      NOT NULL,
    username      VARCHAR(64)     CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
    password_hash VARCHAR(255)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role          VARCHAR(16)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sign_ins      BIGINT UNSIGNED NOT NULL,
    disabled_at   DATETIME(3)     NULL,
    created_at    DATETIME(3)     NOT NULL,
    updated_at    DATETIME(3)     NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY users_username (username),
    CONSTRAINT users_role CHECK (role IN ('USER', 'ADMIN'))
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
