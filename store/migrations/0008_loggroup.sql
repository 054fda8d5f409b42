-- loggroup: log groups, their streams and the events in them. What lies in a group or stream names it by number, and a
-- number is never given twice: deleting one is a small change, and what lay in it is removed in steps.
CREATE TABLE loggroup (
    id             /*identity*/,
    name           TEXT /*by bytes*/ NOT NULL UNIQUE,
    class          TEXT   NOT NULL,
    retention_days BIGINT NOT NULL, -- 0: events stay for ever
    protected      BIGINT NOT NULL, -- 1: it cannot be deleted
    tags           TEXT   NOT NULL, -- a JSON object
    created_at     BIGINT NOT NULL
);

CREATE TABLE loggroup_stream (
    id         /*identity*/,
    group_id   BIGINT NOT NULL,
    name       TEXT /*by bytes*/ NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (group_id, name)
);

-- Events are appended, and never changed. The newest of a group lie together at the end of each index, so that
-- writing one touches few pages. What a stream's description says of its events is read from here: a stream's own row
-- is not written with each event, and nobody waits for it.
CREATE TABLE loggroup_event (
    seq         /*identity*/,
    group_id    BIGINT NOT NULL,
    stream_id   BIGINT NOT NULL,
    time        BIGINT NOT NULL, -- the event's own, in milliseconds
    ingested_at BIGINT NOT NULL, -- when it came, in milliseconds
    message     BYTEA  NOT NULL
);
CREATE INDEX loggroup_event_group ON loggroup_event (group_id, time, seq);
CREATE INDEX loggroup_event_stream ON loggroup_event (stream_id, time, seq);

-- Deleted groups and streams, until their events are removed.
CREATE TABLE loggroup_gone (
    id        /*identity*/,
    group_id  BIGINT NOT NULL,
    stream_id BIGINT NOT NULL, -- 0: the whole group
    gone_at   BIGINT NOT NULL
);

-- Who besides the account may write: the account's resource policies.
CREATE TABLE loggroup_policy (
    name        TEXT /*by bytes*/ PRIMARY KEY,
    document    TEXT   NOT NULL, -- as it was given
    modified_at BIGINT NOT NULL
) /*clustered*/;
