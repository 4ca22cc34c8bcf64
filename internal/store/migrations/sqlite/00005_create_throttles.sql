-- +goose Up
CREATE TABLE throttles (
    id            BLOB     NOT NULL PRIMARY KEY,
    clears_at     DATETIME NOT NULL,
    blocked_until DATETIME NOT NULL,
    CONSTRAINT throttles_id CHECK (typeof(id) = 'blob' AND length(id) = 32)
) WITHOUT ROWID;

CREATE INDEX throttles_clears_at ON throttles (clears_at);
