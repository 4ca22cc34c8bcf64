-- +goose Up
-- No secondary index on a column that a rotation writes. No foreign keys, as on MySQL.
CREATE TABLE refresh_tokens (
    id                   BLOB     NOT NULL PRIMARY KEY,
    user_id              BLOB     NOT NULL,
    nonce_hash           BLOB     NOT NULL,
    generation           INTEGER  NOT NULL,
    confirmed_generation INTEGER  NOT NULL,
    rotated_at           DATETIME NOT NULL,
    idle_expires_at      DATETIME NOT NULL,
    expires_at           DATETIME NOT NULL,
    revoked_at           DATETIME NULL,
    revoked_reason       TEXT     NOT NULL,
    ip                   TEXT     NOT NULL,
    user_agent           TEXT     NOT NULL,
    created_at           DATETIME NOT NULL,
    CONSTRAINT refresh_tokens_ids CHECK (
        typeof(id) = 'blob' AND length(id) = 16 AND typeof(user_id) = 'blob' AND length(user_id) = 16
    ),
    CONSTRAINT refresh_tokens_nonce_hash CHECK (typeof(nonce_hash) = 'blob' AND length(nonce_hash) = 32),
    CONSTRAINT refresh_tokens_generation CHECK (generation >= 1),
    CONSTRAINT refresh_tokens_expiry CHECK (idle_expires_at <= expires_at),
    CONSTRAINT refresh_tokens_revoked CHECK ((revoked_at IS NULL) = (revoked_reason = '')),
    CONSTRAINT refresh_tokens_text CHECK (length(ip) <= 64 AND length(user_agent) <= 255)
) WITHOUT ROWID;

CREATE INDEX refresh_tokens_user_id ON refresh_tokens (user_id);

CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);
