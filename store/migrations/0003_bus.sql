-- bus: event buses, their rules and the rules' targets. All that a publish needs to know is compiled into
-- memory under the bus's version; a publish itself reads the version and nothing else.
CREATE TABLE bus (
    name           TEXT   PRIMARY KEY,
    changes        BIGINT NOT NULL, -- how often a rule or target was changed
    version        BIGINT NOT NULL, -- drawn anew at each change; with changes it tells whether a compiled set is current
    rules          BIGINT NOT NULL, -- how many there are, and how many of them have a wildcard
    wildcard_rules BIGINT NOT NULL,
    policy         TEXT   NOT NULL, -- who may put events on it, as compact JSON; '': only its own account
    settings       TEXT   NOT NULL, -- description and the like, as JSON
    tags           TEXT   NOT NULL, -- a JSON object
    created_at     BIGINT NOT NULL, -- 0: the bus that every account has from the start, and nobody has changed
    modified_at    BIGINT NOT NULL
) /*clustered*/;
INSERT INTO bus (name, changes, version, rules, wildcard_rules, policy, settings, tags, created_at, modified_at)
    VALUES ('default', 0, 0, 0, 0, '', '{}', 'null', 0, 0);

-- The last changes of each bus, so that a compiled set is brought up to date by reading what changed since.
CREATE TABLE bus_change (
    bus         TEXT   NOT NULL,
    number      BIGINT NOT NULL, -- what bus.changes became; a bus begins with a row for 0
    version     BIGINT NOT NULL, -- what bus.version became
    rule        TEXT /*by bytes*/ NOT NULL, -- the name of the rule that changed, or whose targets did
    rule_number BIGINT NOT NULL, -- its bus_rule.number, also where it is gone; 0: nothing changed
    PRIMARY KEY (bus, number)
) /*clustered*/;
INSERT INTO bus_change (bus, number, version, rule, rule_number) VALUES ('default', 0, 0, '', 0);

CREATE TABLE bus_rule (
    bus         TEXT   NOT NULL,
    name        TEXT /*by bytes*/ NOT NULL, -- in the order of lists
    number      BIGINT NOT NULL, -- of the change that made it: no other rule of the bus ever has it
    wildcard    BIGINT NOT NULL, -- 1: its pattern has a wildcard; 0: not
    state       TEXT   NOT NULL,
    pattern     TEXT   NOT NULL, -- as it was given; empty: none
    schedule    TEXT   NOT NULL, -- the schedule expression as it was given; empty: none
    description TEXT   NOT NULL,
    role_arn    TEXT   NOT NULL,
    tags        TEXT   NOT NULL, -- a JSON object
    created_at  BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    PRIMARY KEY (bus, name)
) /*clustered*/;

-- When the rules of the default bus that are enabled and have a schedule are due; a rule that is never due again has
-- no row. It lies apart from the rules, so that a firing writes few bytes and its lock is nobody's but the schedule's.
CREATE TABLE bus_schedule (
    rule_number BIGINT NOT NULL PRIMARY KEY, -- its bus_rule.number
    due_at      BIGINT NOT NULL,
    started_at  BIGINT NOT NULL  -- when it was given the expression, or was enabled: a rate counts from here
) /*clustered*/;
CREATE INDEX bus_schedule_due ON bus_schedule (due_at, rule_number);

CREATE TABLE bus_target (
    bus      TEXT NOT NULL,
    rule     TEXT /*by bytes*/ NOT NULL,
    id       TEXT /*by bytes*/ NOT NULL,
    arn      TEXT NOT NULL,
    settings TEXT NOT NULL, -- the rest of the target, as JSON
    PRIMARY KEY (bus, rule, id)
) /*clustered*/;

-- Archives. In the compiled state of its bus an archive is a rule without targets: its changes stand in bus_change.
CREATE TABLE bus_archive (
    name           TEXT   PRIMARY KEY,
    bus            TEXT   NOT NULL,
    number         BIGINT NOT NULL, -- of the change that made it: no other archive, and no rule, of the bus ever has it
    description    TEXT   NOT NULL,
    pattern        TEXT   NOT NULL, -- as it was given; empty: every event
    retention_days BIGINT NOT NULL, -- 0: for ever
    created_at     BIGINT NOT NULL,
    UNIQUE (bus, number)
) /*clustered*/;

-- Archived events, a row for each however many archives of its bus keep it, in the order of their commits: those of
-- one publisher after another are numbered so. Rows are appended, and removed when no archive keeps them any more.
CREATE TABLE bus_archived (
    position    /*identity*/,
    bus         TEXT   NOT NULL,
    archives    TEXT   NOT NULL, -- the numbers of the archives that keep it, ascending, with commas between
    archived_at BIGINT NOT NULL,
    event_time  BIGINT NOT NULL, -- of the event: whole seconds, as in its envelope
    size        BIGINT NOT NULL, -- what it adds to an archive's SizeBytes
    event       BYTEA  NOT NULL  -- its envelope
);
CREATE INDEX bus_archived_time ON bus_archived (bus, event_time);

-- How many events the archives keep, by the archives that keep them together. A transaction adds to one shard, so
-- that few of those that commit at the same time wait for each other; the sum counts.
CREATE TABLE bus_archive_tally (
    bus      TEXT   NOT NULL,
    archives TEXT   NOT NULL, -- as in bus_archived
    shard    BIGINT NOT NULL,
    events   BIGINT NOT NULL,
    bytes    BIGINT NOT NULL,
    PRIMARY KEY (bus, archives, shard)
) /*clustered*/;

-- How far the sweep of expired events has come. It is held by the node that sweeps.
CREATE TABLE bus_archive_sweep (
    bus      TEXT   NOT NULL,
    archives TEXT   NOT NULL, -- as in bus_archived
    swept_to BIGINT NOT NULL, -- no event before this position is due
    PRIMARY KEY (bus, archives)
) /*clustered*/;

CREATE TABLE bus_replay (
    name           TEXT   PRIMARY KEY,
    bus            TEXT   NOT NULL,
    archive        TEXT   NOT NULL, -- its name
    archive_number BIGINT NOT NULL,
    description    TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    state_reason   TEXT   NOT NULL,
    filter_arns    TEXT   NOT NULL, -- a JSON list: the rules that it is for; empty: all
    event_start    BIGINT NOT NULL,
    event_end      BIGINT NOT NULL,
    replayed_to    BIGINT NOT NULL, -- the position in bus_archived that it has come to
    last_position  BIGINT NOT NULL, -- and the one that it goes to
    last_replayed  BIGINT NOT NULL, -- the event's time; 0: none yet
    started_at     BIGINT NOT NULL,
    ended_at       BIGINT NOT NULL  -- 0: not yet
) /*clustered*/;
CREATE INDEX bus_replay_ended ON bus_replay (ended_at);

-- Lanes: the targets outside this store that events were ever for. A node that carries the events of a lane holds its lease.
CREATE TABLE bus_lane (
    number       /*identity*/,
    target       TEXT   NOT NULL UNIQUE, -- its ARN
    node         TEXT   NOT NULL,        -- who holds it; '': nobody
    leased_until BIGINT NOT NULL
);

-- Deliveries to targets outside this store, from the commit of their event until they are done with.
CREATE TABLE bus_delivery (
    position    /*identity*/,
    lane        BIGINT NOT NULL, -- bus_lane.number
    key         TEXT   NOT NULL, -- events of one key are first tried in the order of their positions; '': in any
    hold        BIGINT NOT NULL, -- 1: each holds those of its key behind it until it is done with; 0: not
    due_at      BIGINT NOT NULL, -- 0: not tried yet; the largest number: parked behind another one of its key
    accepted_at BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    failure     TEXT   NOT NULL, -- of the last attempt, as JSON; '': none
    settings    TEXT   NOT NULL, -- all that no statement looks at, as JSON
    event       BYTEA  NOT NULL, -- its envelope
    body        BYTEA            -- what the target receives; NULL: the event
);
CREATE INDEX bus_delivery_due ON bus_delivery (lane, due_at, position);
CREATE INDEX bus_delivery_expires ON bus_delivery (lane, expires_at, position);
CREATE INDEX bus_delivery_held ON bus_delivery (lane, key, position) WHERE hold = 1;

-- What became of each event, a row for each time that one is put on a bus. Rows are appended, and removed from the
-- front. Who looks for an id reads them from the newest on: there are not too many of them, and an index would
-- cost each publish more than it saves.
CREATE TABLE bus_trace (
    position /*identity*/,
    number   BIGINT NOT NULL, -- of the transaction: what tells a reader who has seen an earlier horizon that it is new
    came_at  BIGINT NOT NULL,
    event_id TEXT   NOT NULL,
    outcome  TEXT   NOT NULL, -- rules, targets and what became of it there in that transaction, as JSON
    event    BYTEA  NOT NULL  -- its envelope
);

-- Attempts to carry an event to targets outside this store, by its trace.
CREATE TABLE bus_attempt (
    trace   BIGINT NOT NULL, -- bus_trace.position
    target  BIGINT NOT NULL, -- the target's place in bus_trace.outcome
    number  BIGINT NOT NULL, -- from 1
    at      BIGINT NOT NULL,
    outcome TEXT   NOT NULL, -- as JSON
    PRIMARY KEY (trace, target, number)
) /*clustered*/;

-- How far the sweep of traces has come: there is none at or before the position. It is held by the node that sweeps.
CREATE TABLE bus_trace_sweep (
    id          BIGINT PRIMARY KEY,
    swept_to    BIGINT NOT NULL,
    edge        BIGINT NOT NULL, -- a position that was drawn before the number was: higher numbers draw higher positions
    edge_number BIGINT NOT NULL
) /*clustered*/;
INSERT INTO bus_trace_sweep (id, swept_to, edge, edge_number) VALUES (1, 0, 0, 0);
