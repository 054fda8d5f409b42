-- bus: event buses, their rules and the rules' targets. All that a publish needs to know is compiled into
-- memory under the bus's version; a publish itself reads the version and nothing else.
CREATE TABLE bus (
    name        TEXT   PRIMARY KEY,
    version     BIGINT NOT NULL, -- drawn anew at each change of a rule or target: tells whether a compiled set is current
    created_at  BIGINT NOT NULL, -- 0: the bus that every account has from the start
    modified_at BIGINT NOT NULL
) /*clustered*/;
INSERT INTO bus (name, version, created_at, modified_at) VALUES ('default', 0, 0, 0);

CREATE TABLE bus_rule (
    bus         TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    pattern     TEXT   NOT NULL, -- as it was given
    description TEXT   NOT NULL,
    role_arn    TEXT   NOT NULL,
    tags        TEXT   NOT NULL, -- a JSON object
    created_at  BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    PRIMARY KEY (bus, name)
) /*clustered*/;

CREATE TABLE bus_target (
    bus      TEXT NOT NULL,
    rule     TEXT NOT NULL,
    id       TEXT NOT NULL,
    arn      TEXT NOT NULL,
    settings TEXT NOT NULL, -- the rest of the target, as JSON
    PRIMARY KEY (bus, rule, id)
) /*clustered*/;
