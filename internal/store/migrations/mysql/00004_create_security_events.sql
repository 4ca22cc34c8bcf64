-- +goose Up
CREATE TABLE security_events (
    id         BINARY(16)   NOT NULL,
    kind       VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id    BINARY(16)   NULL,
    actor_id   BINARY(16)   NULL,
    session_id BINARY(16)   NULL,
    detail     VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    ip         VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_agent VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created_at DATETIME(3)  NOT NULL,
    PRIMARY KEY (id),
    KEY security_events_user_id (user_id, id),
    KEY security_events_kind (kind, id),
    KEY security_events_ip (ip, id),
    KEY security_events_created_at (created_at, kind)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
