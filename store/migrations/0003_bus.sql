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
