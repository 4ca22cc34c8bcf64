-- +goose Up
CREATE TABLE locks (
    name       TEXT     NOT NULL PRIMARY KEY,
    version    INTEGER  NOT NULL,
    held_until DATETIME NOT NULL
) WITHOUT ROWID;

INSERT INTO locks (name, version, held_until) VALUES
    ('admins', 0, '1970-01-01T00:00:00.000'),
    ('clean_up', 0, '1970-01-01T00:00:00.000');
