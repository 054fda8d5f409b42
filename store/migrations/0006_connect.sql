-- connect: instances, and what each of them is integrated with.
CREATE TABLE connect_instance (
    id            TEXT   PRIMARY KEY,
    alias         TEXT   NOT NULL, -- empty: none
    host          TEXT   UNIQUE,   -- the alias as a host name, in lower case, NULL without one
    token         TEXT   UNIQUE,   -- the client token of the request that made it, NULL without one
    identity_type TEXT   NOT NULL,
    directory     TEXT   NOT NULL, -- empty: none
    inbound       BIGINT NOT NULL,
    outbound      BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    tags          TEXT   NOT NULL  -- as JSON
);

CREATE TABLE connect_association (
    instance_id TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    type        TEXT   NOT NULL,
    arn         TEXT   NOT NULL,
    source_url  TEXT   NOT NULL,
    source_name TEXT   NOT NULL,
    source_type TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    tags        TEXT   NOT NULL, -- as JSON
    PRIMARY KEY (instance_id, id)
) /*clustered*/;
CREATE UNIQUE INDEX connect_association_once ON connect_association (instance_id, type, arn);
CREATE UNIQUE INDEX connect_association_cases ON connect_association (instance_id) WHERE type = 'CASES_DOMAIN';
