-- Conventions of all tables:
--   Times are milliseconds since 1970, UTC; a time that may be missing is NULL.
--   References to nothing are NULL, missing text is ''.
--   Small closed sets of words are the numbers that codes.go lists.
--   Rows that are found by their key alone and are short live in the key's tree
--   (WITHOUT ROWID); wide rows keep a rowid, so that their indexes stay small.

-- +goose Up

CREATE TABLE user (
    id           TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    avatar_url   TEXT NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE identity (
    provider TEXT NOT NULL,
    subject  TEXT NOT NULL,
    user_id  TEXT NOT NULL REFERENCES user (id),
    secret   TEXT NOT NULL,
    PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_user ON identity (user_id, provider);

CREATE TABLE session (
    id           TEXT PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES user (id),
    refresh_hash BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    revoked_at   INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX session_user ON session (user_id);
CREATE INDEX session_expiry ON session (expires_at);

-- Every refresh token that a session ever had, so that a used one is known again.
CREATE TABLE refresh (
    hash       BLOB PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_session ON refresh (session_id);

CREATE TABLE album (
    id           TEXT PRIMARY KEY,
    owner_id     TEXT NOT NULL REFERENCES user (id),
    title        TEXT NOT NULL,
    cover_id     TEXT,
    visibility   INTEGER NOT NULL CHECK (visibility > 0),
    comments     INTEGER NOT NULL CHECK (comments > 0),
    likes        INTEGER NOT NULL CHECK (likes > 0),
    downloads    INTEGER NOT NULL CHECK (downloads > 0),
    state        INTEGER NOT NULL CHECK (state > 0),
    media_count  INTEGER NOT NULL DEFAULT 0 CHECK (media_count >= 0),
    member_count INTEGER NOT NULL DEFAULT 0 CHECK (member_count >= 0),
    seq          INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    trashed_at   INTEGER,
    description  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX album_public ON album (owner_id, created_at, id) WHERE state = 1 AND visibility = 3;
CREATE INDEX album_trash ON album (owner_id, created_at, id) WHERE state = 2;
CREATE INDEX album_trash_time ON album (trashed_at) WHERE state = 2;
CREATE INDEX album_deleting ON album (id) WHERE state = 3;

CREATE TABLE member (
    album_id  TEXT NOT NULL REFERENCES album (id),
    user_id   TEXT NOT NULL REFERENCES user (id),
    role      INTEGER NOT NULL,
    share_id  TEXT,
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (album_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX member_user ON member (user_id, joined_at, album_id);
CREATE INDEX member_joined ON member (album_id, joined_at, user_id);

CREATE TABLE share (
    id               TEXT PRIMARY KEY,
    album_id         TEXT NOT NULL REFERENCES album (id),
    creator_id       TEXT NOT NULL REFERENCES user (id),
    parent_id        TEXT,
    token_hash       BLOB NOT NULL UNIQUE,
    password_hash    TEXT NOT NULL,
    join_role        INTEGER NOT NULL,
    download_allowed INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER,
    revoked_at       INTEGER
) STRICT;

CREATE INDEX share_album ON share (album_id, revoked_at, created_at, id);
CREATE INDEX share_parent ON share (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE media (
    id                TEXT PRIMARY KEY,
    album_id          TEXT NOT NULL REFERENCES album (id),
    owner_id          TEXT NOT NULL REFERENCES user (id),
    kind              INTEGER NOT NULL CHECK (kind > 0),
    status            INTEGER NOT NULL CHECK (status > 0),
    failure           TEXT NOT NULL,
    file_name         TEXT NOT NULL,
    content_type      TEXT NOT NULL,
    bytes             INTEGER NOT NULL,
    sha256            TEXT NOT NULL,
    width             INTEGER NOT NULL,
    height            INTEGER NOT NULL,
    duration          INTEGER NOT NULL, -- nanoseconds
    taken_at          INTEGER,
    caption           TEXT NOT NULL,
    tags              TEXT,             -- a JSON array; NULL if there are none
    place             TEXT,             -- its name; NULL if there is no place
    latitude          REAL,
    longitude         REAL,
    created_at        INTEGER NOT NULL,
    added_at          INTEGER,
    edited_at         INTEGER,
    trashed_at        INTEGER,
    like_count        INTEGER NOT NULL DEFAULT 0 CHECK (like_count >= 0),
    like_version      INTEGER NOT NULL DEFAULT 0,
    comment_count     INTEGER NOT NULL DEFAULT 0 CHECK (comment_count >= 0),
    key               TEXT NOT NULL,
    upload_key        TEXT NOT NULL,
    upload_type       TEXT NOT NULL,
    upload_bytes      INTEGER NOT NULL,
    upload_sha256     TEXT NOT NULL,
    upload_expires_at INTEGER,
    doomed            INTEGER NOT NULL DEFAULT 0, -- deleted; only the sweeps see it
    -- What the viewers of an album see. Not a generated column: SQLite would take
    -- no index that it is in as enough for a query.
    shown             INTEGER NOT NULL DEFAULT 0
        CHECK (shown = (status = 3 AND trashed_at IS NULL AND doomed = 0))
) STRICT;

CREATE INDEX media_added ON media (album_id, shown, added_at, id);
CREATE INDEX media_taken ON media (album_id, coalesce(taken_at, added_at), id) WHERE shown = 1;
CREATE INDEX media_trash ON media (album_id, trashed_at, id) WHERE trashed_at IS NOT NULL;
CREATE INDEX media_trash_owner ON media (album_id, owner_id, trashed_at, id) WHERE trashed_at IS NOT NULL;
CREATE INDEX media_trash_time ON media (trashed_at) WHERE trashed_at IS NOT NULL;
CREATE INDEX media_expiry ON media (upload_expires_at) WHERE status IN (1, 4);
CREATE INDEX media_doomed ON media (id) WHERE doomed = 1;

-- album_id, parent_id and thread_id follow the medium, with which comments come and go.
CREATE TABLE comment (
    id          TEXT PRIMARY KEY,
    album_id    TEXT NOT NULL,
    media_id    TEXT NOT NULL REFERENCES media (id),
    author_id   TEXT NOT NULL REFERENCES user (id),
    parent_id   TEXT,
    thread_id   TEXT,
    text        TEXT NOT NULL,
    reply_count INTEGER NOT NULL DEFAULT 0 CHECK (reply_count >= 0),
    created_at  INTEGER NOT NULL,
    edited_at   INTEGER,
    removed_at  INTEGER
) STRICT;

CREATE INDEX comment_thread ON comment (media_id, thread_id, created_at, id);
CREATE INDEX comment_album ON comment (album_id, created_at, id) WHERE removed_at IS NULL;

CREATE TABLE likes (
    media_id TEXT NOT NULL REFERENCES media (id),
    user_id  TEXT NOT NULL REFERENCES user (id),
    at       INTEGER NOT NULL,
    PRIMARY KEY (media_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX likes_at ON likes (media_id, at, user_id);

-- The albums' logs. seq counts up from 1 without a hole; at never goes back in one album.
CREATE TABLE entry (
    album_id   TEXT NOT NULL REFERENCES album (id),
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    kind       INTEGER NOT NULL CHECK (kind > 0),
    actor_id   TEXT,
    media_id   TEXT,
    comment_id TEXT,
    user_id    TEXT,
    PRIMARY KEY (album_id, seq)
) STRICT, WITHOUT ROWID;
