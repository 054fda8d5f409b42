-- destination: connections to HTTP services, and the API destinations that use them.
CREATE TABLE destination_store (
    one    BIGINT PRIMARY KEY, -- its only row
    key_id TEXT   NOT NULL     -- of the key that every connection is sealed with; empty: there was none yet
);
INSERT INTO destination_store (one, key_id) VALUES (1, '');

CREATE TABLE destination_connection (
    name        TEXT /*by bytes*/ PRIMARY KEY, -- in the order of lists
    uuid        TEXT   NOT NULL, -- the last part of its ARN
    suffix      TEXT   NOT NULL, -- the last part of the ARN of its secret
    description TEXT   NOT NULL,
    kind        TEXT   NOT NULL, -- AuthorizationType
    state       TEXT   NOT NULL,
    reason      TEXT   NOT NULL, -- why it is in this state; empty: none
    revision    BIGINT NOT NULL, -- how often its authorization was changed
    due_at      BIGINT NOT NULL, -- while it is AUTHORIZING: when somebody may try to
    sealed      BYTEA  NOT NULL, -- what authorizes requests, as encrypted JSON
    created_at    BIGINT NOT NULL,
    modified_at   BIGINT NOT NULL,
    authorized_at BIGINT NOT NULL -- 0: never
) /*clustered*/;

CREATE TABLE destination_api (
    name        TEXT /*by bytes*/ PRIMARY KEY, -- in the order of lists
    uuid        TEXT   NOT NULL, -- the last part of its ARN
    description TEXT   NOT NULL,
    connection  TEXT /*by bytes*/ NOT NULL, -- name and UUID of its connection, which may be gone
    connection_uuid TEXT NOT NULL,
    endpoint    TEXT   NOT NULL,
    method      TEXT   NOT NULL,
    rate        BIGINT NOT NULL, -- requests a second
    created_at  BIGINT NOT NULL,
    modified_at BIGINT NOT NULL
) /*clustered*/;
CREATE INDEX destination_api_connection ON destination_api (connection);
