-- +goose Up
CREATE TABLE users (
    id            BLOB     NOT NULL PRIMARY KEY,
    username      TEXT     NOT NULL COLLATE NOCASE,
    password_hash TEXT     NOT NULL,
    role          TEXT     NOT NULL,
    sign_ins      INTEGER  NOT NULL,
    disabled_at   DATETIME NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    CONSTRAINT users_username UNIQUE (username),
    CONSTRAINT users_id CHECK (typeof(id) = 'blob' AND length(id) = 16),
    CONSTRAINT users_text CHECK (length(username) <= 64 AND length(password_hash) <= 255),
    CONSTRAINT users_role CHECK (role IN ('USER', 'ADMIN'))
) WITHOUT ROWID;
