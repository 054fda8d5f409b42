-- queue: durable queues. A queue's messages lie in its bin. Purging gives the queue a new bin and deleting
-- it leaves the bin behind: both are one small change, and the old bin is emptied in steps.
CREATE TABLE queue (
    id           /*identity*/,
    name         TEXT   NOT NULL UNIQUE,
    version      BIGINT NOT NULL, -- drawn anew at each change: tells whether a cached copy is current
    bin          BIGINT NOT NULL,
    group_dedup  BIGINT NOT NULL, -- 1: duplicates are looked for within a message group; fixed at creation
    created_at   BIGINT NOT NULL,
    modified_at  BIGINT NOT NULL,
    purged_at    BIGINT NOT NULL,
    tags         TEXT   NOT NULL,
    attributes   TEXT   NOT NULL, -- those that were set, as JSON
    dead_letters TEXT             -- the ARN of its dead-letter queue, NULL where it has none
);
CREATE INDEX queue_dead_letters ON queue (dead_letters, name) WHERE dead_letters IS NOT NULL;

-- Every bin that holds or held messages; gone_at is 0 while a queue uses it. name is that of a deleted
-- queue, NULL where the queue was only purged.
CREATE TABLE queue_bin (
    id      /*identity*/,
    gone_at BIGINT NOT NULL,
    name    TEXT
);
CREATE INDEX queue_bin_gone ON queue_bin (gone_at) WHERE gone_at > 0;

-- What was sent: written once and never rewritten.
CREATE TABLE queue_message (
    seq        /*identity*/,
    message_id TEXT   NOT NULL,
    sent_at    BIGINT NOT NULL,
    sender     TEXT   NOT NULL,
    trace      TEXT,
    group_id   TEXT,
    dedup_id   TEXT,
    attributes TEXT,
    body       TEXT   NOT NULL
);

-- What a receive changes, for messages of standard queues. source is the ARN of the queue that a dead
-- letter came from.
CREATE TABLE queue_slot (
    seq               BIGINT PRIMARY KEY,
    bin               BIGINT NOT NULL,
    visible_at        BIGINT NOT NULL,
    receives          BIGINT NOT NULL DEFAULT 0,
    first_received_at BIGINT NOT NULL DEFAULT 0,
    source            TEXT,
    tenant            TEXT -- the message group; a space for messages without one, where the queue has groups
) /*clustered*/;
CREATE INDEX queue_slot_due ON queue_slot (bin, visible_at, seq);
-- What fair queues ask: what a tenant has to deliver, and what it has in flight. Other messages are in neither.
CREATE INDEX queue_slot_tenant ON queue_slot (bin, tenant, visible_at, seq) WHERE tenant IS NOT NULL;
CREATE INDEX queue_slot_tenant_flight ON queue_slot (bin, tenant, visible_at) WHERE tenant IS NOT NULL AND receives > 0;

-- The same for messages of FIFO queues, which are only ever reached through their group.
CREATE TABLE queue_fifo (
    bin               BIGINT NOT NULL,
    group_id          TEXT   NOT NULL,
    seq               BIGINT NOT NULL,
    visible_at        BIGINT NOT NULL,
    receives          BIGINT NOT NULL DEFAULT 0,
    first_received_at BIGINT NOT NULL DEFAULT 0,
    source            TEXT,
    PRIMARY KEY (bin, group_id, seq)
) /*clustered*/;
CREATE INDEX queue_fifo_flight ON queue_fifo (bin, visible_at) WHERE receives > 0;

-- The groups that have messages. next_at is when the group's first message is visible: a receive looks
-- here, and so never walks past messages that wait behind another. Who changes a group's messages holds
-- its row.
CREATE TABLE queue_group (
    bin      BIGINT NOT NULL,
    group_id TEXT   NOT NULL,
    next_at  BIGINT NOT NULL,
    PRIMARY KEY (bin, group_id)
) /*clustered*/;
CREATE INDEX queue_group_due ON queue_group (bin, next_at);

-- Deduplication ids of the last five minutes. scope is the message group where the queue looks for
-- duplicates within groups, and empty where it looks at the whole queue.
CREATE TABLE queue_dedup (
    bin        BIGINT NOT NULL,
    scope      TEXT   NOT NULL,
    dedup_id   TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    message_id TEXT   NOT NULL,
    PRIMARY KEY (bin, scope, dedup_id)
) /*clustered*/;
CREATE INDEX queue_dedup_expiry ON queue_dedup (expires_at);

-- Message move tasks: what takes the messages of a dead-letter queue to where they came from, or elsewhere.
-- How far one has come changes in the commits that move messages, so that any node can take the next step.
CREATE TABLE queue_move (
    id          TEXT   PRIMARY KEY,
    queue       BIGINT NOT NULL, -- that the messages leave
    queue_name  TEXT   NOT NULL,
    destination TEXT,            -- its ARN; NULL: each message returns to the queue that it came from
    rate        BIGINT NOT NULL, -- messages a second; 0: as fast as they go
    status      TEXT   NOT NULL,
    reason      TEXT   NOT NULL, -- why messages stayed behind; empty: none did
    moved       BIGINT NOT NULL,
    to_move     BIGINT NOT NULL,
    last_seq    BIGINT NOT NULL, -- messages that are newer are not moved
    after_group TEXT   NOT NULL, -- FIFO queues: the group that was reached
    after_at    BIGINT NOT NULL, -- standard queues: when what was reached became visible
    after_seq   BIGINT NOT NULL, -- the message that was reached
    started_at  BIGINT NOT NULL,
    due_at      BIGINT NOT NULL, -- when the next step may be taken
    ended_at    BIGINT NOT NULL  -- 0: it has not
);
CREATE INDEX queue_move_queue ON queue_move (queue, started_at);
CREATE INDEX queue_move_due ON queue_move (due_at) WHERE ended_at = 0;

-- What receives on FIFO queues with a ReceiveRequestAttemptId gave: a retry is given the same again. list
-- holds the deliveries as JSON.
CREATE TABLE queue_attempt (
    bin        BIGINT NOT NULL,
    attempt_id TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    list       TEXT   NOT NULL,
    PRIMARY KEY (bin, attempt_id)
) /*clustered*/;
CREATE INDEX queue_attempt_expiry ON queue_attempt (expires_at);

-- PostgreSQL keeps what was deleted until a vacuum has been there. Messages come and go: it is to come often, and not to
-- dawdle. By itself it waits for a fifth of the table, pausing all the time.
/*postgres*/ ALTER TABLE queue_message SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
/*postgres*/ ALTER TABLE queue_slot SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
/*postgres*/ ALTER TABLE queue_fifo SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
/*postgres*/ ALTER TABLE queue_group SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
/*postgres*/ ALTER TABLE queue_dedup SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
