-- +goose Up
CREATE TABLE security_events (
    id         BLOB     NOT NULL PRIMARY KEY,
    kind       TEXT     NOT NULL,
    user_id    BLOB     NULL,
    actor_id   BLOB     NULL,
    session_id BLOB     NULL,
    detail     TEXT     NOT NULL,
    ip         TEXT     NOT NULL,
    user_agent TEXT     NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT security_events_ids CHECK (
        typeof(id) = 'blob' AND length(id) = 16
        AND (user_id IS NULL OR (typeof(user_id) = 'blob' AND length(user_id) = 16))
        AND (actor_id IS NULL OR (typeof(actor_id) = 'blob' AND length(actor_id) = 16))
        AND (session_id IS NULL OR (typeof(session_id) = 'blob' AND length(session_id) = 16))
    ),
    CONSTRAINT security_events_text CHECK (
        length(kind) <= 32 AND length(detail) <= 64 AND length(ip) <= 64 AND length(user_agent) <= 255
    )
) WITHOUT ROWID;

CREATE INDEX security_events_user_id ON security_events (user_id, id);

CREATE INDEX security_events_kind ON security_events (kind, id);

CREATE INDEX security_events_ip ON security_events (ip, id);

CREATE INDEX security_events_created_at ON security_events (created_at, kind);
