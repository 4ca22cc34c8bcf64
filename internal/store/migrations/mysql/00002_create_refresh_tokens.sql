-- +goose Up
-- No secondary index on a column that a rotation writes. No foreign keys: they would bind users to one server.
CREATE TABLE refresh_tokens (
    id                   BINARY(16)      NOT NULL,
    user_id              BINARY(16)      NOT NULL,
    nonce_hash           BINARY(32)      NOT NULL,
    generation           BIGINT UNSIGNED NOT NULL,
    confirmed_generation BIGINT UNSIGNED NOT NULL,
    rotated_at           DATETIME(3)     NOT NULL,
    idle_expires_at      DATETIME(3)     NOT NULL,
    expires_at           DATETIME(3)     NOT NULL,
    revoked_at           DATETIME(3)     NULL,
    revoked_reason       VARCHAR(32)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    ip                   VARCHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_agent           VARCHAR(255)    CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created_at           DATETIME(3)     NOT NULL,
    PRIMARY KEY (id),
    KEY refresh_tokens_user_id (user_id),
    KEY refresh_tokens_expires_at (expires_at),
    CONSTRAINT refresh_tokens_generation CHECK (generation >= 1),
    CONSTRAINT refresh_tokens_expiry CHECK (idle_expires_at <= expires_at),
    CONSTRAINT refresh_tokens_revoked CHECK ((revoked_at IS NULL) = (revoked_reason = ''))
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
