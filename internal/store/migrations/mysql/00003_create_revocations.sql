-- +goose Up
-- The ids of all nodes in one order, on TiDB too.
CREATE TABLE revocations (
    id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    user_id    BINARY(16)      NOT NULL,
    session_id BINARY(16)      NULL,
    role       VARCHAR(16)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    expires_at DATETIME(3)     NOT NULL,
    PRIMARY KEY (id),
    KEY revocations_expires_at (expires_at),
    CONSTRAINT revocations_subject CHECK ((session_id IS NULL) = (role <> ''))
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci /*T![auto_id_cache] AUTO_ID_CACHE 1 */;
