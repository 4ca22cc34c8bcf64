-- +goose Up
CREATE TABLE revocations (
    id         INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id    BLOB     NOT NULL,
    session_id BLOB     NULL,
    role       TEXT     NOT NULL,
    expires_at DATETIME NOT NULL,
    CONSTRAINT revocations_ids CHECK (
        typeof(user_id) = 'blob' AND length(user_id) = 16
        AND (session_id IS NULL OR (typeof(session_id) = 'blob' AND length(session_id) = 16))
    ),
    CONSTRAINT revocations_subject CHECK ((session_id IS NULL) = (role <> ''))
);

CREATE INDEX revocations_expires_at ON revocations (expires_at);
