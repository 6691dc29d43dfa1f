-- Media get what is made of their bytes, the work that is still to be done with
-- them, and a place by hand; people get a quota. Conventions as in 0001.

-- +goose Up

-- The bytes of their media that neither failed nor are doomed, as their tickets
-- declared them.
ALTER TABLE user ADD COLUMN storage_used INTEGER NOT NULL DEFAULT 0 CHECK (storage_used >= 0);
UPDATE user SET storage_used = sums.used
FROM (SELECT owner_id, sum(upload_bytes) AS used FROM media WHERE status <> 4 AND doomed = 0 GROUP BY owner_id) sums
WHERE sums.owner_id = user.id;

ALTER TABLE album ADD COLUMN media_order INTEGER NOT NULL DEFAULT 1 CHECK (media_order > 0);
ALTER TABLE share ADD COLUMN hide_location INTEGER NOT NULL DEFAULT 0;

ALTER TABLE media ADD COLUMN rank INTEGER NOT NULL DEFAULT 0; -- its place by hand, as album.RankAt
ALTER TABLE media ADD COLUMN camera TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN crc32 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN blurhash TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN color TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN upload_crc32c TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN copy_of TEXT;
ALTER TABLE media ADD COLUMN duplicate_of TEXT;
ALTER TABLE media ADD COLUMN progress INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN work_lane INTEGER NOT NULL DEFAULT 0 CHECK (work_lane >= 0); -- 0: nothing to do
ALTER TABLE media ADD COLUMN work_due_at INTEGER; -- NULL: nothing to do
ALTER TABLE media ADD COLUMN work_attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN work_token TEXT NOT NULL DEFAULT '';
-- Work below an album that is not ACTIVE, so that nobody who looks for work has
-- to pass it over. It says nothing where there is no work.
ALTER TABLE media ADD COLUMN work_held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN files TEXT; -- a JSON array of what was made; NULL if nothing was

UPDATE media SET rank = added_at * 1048576 WHERE added_at IS NOT NULL;
-- What was on its way in is looked at by a worker now, and what was published
-- gets its pictures.
UPDATE media SET work_lane = 1, work_due_at = created_at,
    work_held = (SELECT state <> 1 FROM album WHERE album.id = media.album_id)
WHERE status IN (1, 2, 3) AND doomed = 0;

CREATE INDEX media_hand ON media (album_id, rank, id) WHERE shown = 1;
CREATE INDEX media_place ON media (album_id, latitude, longitude) WHERE shown = 1 AND latitude IS NOT NULL;
CREATE INDEX media_sum ON media (album_id, owner_id, sha256, id)
    WHERE sha256 <> '' AND status IN (2, 3) AND trashed_at IS NULL AND doomed = 0;
CREATE INDEX media_work ON media (work_lane, work_due_at, id)
    WHERE work_due_at IS NOT NULL AND work_held = 0 AND doomed = 0;
CREATE INDEX media_work_album ON media (album_id) WHERE work_due_at IS NOT NULL;

-- The media by their tags, for the search that comes later. The triggers keep it.
CREATE TABLE media_tag (
    tag      TEXT NOT NULL,
    media_id TEXT NOT NULL,
    PRIMARY KEY (tag, media_id)
) STRICT, WITHOUT ROWID;

INSERT INTO media_tag (tag, media_id)
SELECT DISTINCT tags.value, media.id FROM media, json_each(media.tags) tags;

-- +goose StatementBegin
CREATE TRIGGER media_tag_insert AFTER INSERT ON media WHEN new.tags IS NOT NULL BEGIN
    INSERT INTO media_tag (tag, media_id) SELECT DISTINCT value, new.id FROM json_each(new.tags);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER media_tag_update AFTER UPDATE OF tags ON media WHEN old.tags IS NOT new.tags BEGIN
    DELETE FROM media_tag WHERE tag IN (SELECT value FROM json_each(old.tags)) AND media_id = old.id;
    INSERT INTO media_tag (tag, media_id) SELECT DISTINCT value, new.id FROM json_each(new.tags);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER media_tag_delete AFTER DELETE ON media WHEN old.tags IS NOT NULL BEGIN
    DELETE FROM media_tag WHERE tag IN (SELECT value FROM json_each(old.tags)) AND media_id = old.id;
END;
-- +goose StatementEnd
