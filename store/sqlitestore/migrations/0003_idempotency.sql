-- Idempotency keys of mutations. Conventions as in 0001.

-- +goose Up

CREATE TABLE idempotency (
    id         TEXT PRIMARY KEY,
    request    BLOB NOT NULL,
    token      TEXT NOT NULL, -- of who holds it
    salt       BLOB NOT NULL,
    since      INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    steps      TEXT NOT NULL, -- a JSON array of store.Step
    answer     BLOB -- NULL while there is none
) STRICT;

CREATE INDEX idempotency_expiry ON idempotency (expires_at);
