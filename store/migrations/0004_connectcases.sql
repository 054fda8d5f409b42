-- connectcases: domains with their configuration, and the cases in them. Every table leads with its domain.
-- Who makes a domain holds the one row of cases_account, so that the quota is exact.
CREATE TABLE cases_account (
    id BIGINT PRIMARY KEY
);
INSERT INTO cases_account (id) VALUES (1);

-- version is drawn anew at each change of the domain's configuration (its fields, options, templates, event
-- configuration): it tells whether a cached copy is current. Who changes the configuration holds this row.
CREATE TABLE cases_domain (
    domain_id  TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL UNIQUE,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    events     TEXT   NOT NULL, -- the event configuration, as JSON
    tags       TEXT   NOT NULL
);

-- System and custom fields. options is a JSON list; position is the order of the lists.
CREATE TABLE cases_field (
    domain_id   TEXT   NOT NULL,
    field_id    TEXT   NOT NULL,
    position    BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    description TEXT,
    type        TEXT   NOT NULL,
    namespace   TEXT   NOT NULL,
    multiline   BIGINT, -- 1, 0, or NULL where nothing was said
    deleted     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    options     TEXT   NOT NULL,
    tags        TEXT   NOT NULL,
    PRIMARY KEY (domain_id, field_id)
) /*clustered*/;

-- What a template demands and hands on is in body, as JSON.
CREATE TABLE cases_template (
    domain_id   TEXT   NOT NULL,
    template_id TEXT   NOT NULL,
    position    BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    status      TEXT   NOT NULL,
    deleted     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    body        TEXT   NOT NULL,
    tags        TEXT   NOT NULL,
    PRIMARY KEY (domain_id, template_id)
) /*clustered*/;

-- fields is a JSON object from field id to value, in the API's form; case_id, created_datetime and
-- last_updated_datetime are columns instead. changed_at is the last change of the case or its related
-- items, and never goes back. audit_id is the newest row of the case's history, items counts its related
-- items. Not clustered: rows of more than a quarter of a page would spill into a second one, and an update
-- of a row changes no index.
CREATE TABLE cases_case (
    domain_id   TEXT   NOT NULL,
    case_id     TEXT   NOT NULL,
    template_id TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    items       BIGINT NOT NULL,
    audit_id    TEXT   NOT NULL,
    tags        TEXT   NOT NULL,
    fields      TEXT   NOT NULL,
    PRIMARY KEY (domain_id, case_id)
);

-- subject is what the item points at (the contact's ARN); content is JSON.
CREATE TABLE cases_related_item (
    domain_id       TEXT   NOT NULL,
    case_id         TEXT   NOT NULL,
    related_item_id TEXT   NOT NULL,
    type            TEXT   NOT NULL,
    subject         TEXT,
    associated_at   BIGINT NOT NULL,
    performed_by    TEXT   NOT NULL,
    tags            TEXT   NOT NULL,
    content         TEXT   NOT NULL,
    PRIMARY KEY (domain_id, case_id, related_item_id)
) /*clustered*/;

-- The history of cases, append-only: ids grow with time, so rows come to the end of the table whichever
-- case they tell of. A case's own history is a chain from cases_case.audit_id over prev_id, which needs no
-- index that an update would have to touch.
CREATE TABLE cases_audit (
    domain_id    TEXT   NOT NULL,
    event_id     TEXT   NOT NULL,
    prev_id      TEXT   NOT NULL, -- empty in the first row of a case
    case_id      TEXT   NOT NULL,
    type         TEXT   NOT NULL,
    item_type    TEXT,
    performed_at BIGINT NOT NULL,
    performed_by TEXT   NOT NULL,
    fields       TEXT   NOT NULL, -- a JSON list of id, old value, new value
    PRIMARY KEY (domain_id, event_id)
) /*clustered*/;

-- Tokens of CreateCase, with the hash of their request and the case that they made.
CREATE TABLE cases_client_token (
    domain_id    TEXT   NOT NULL,
    token        TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    request_hash TEXT   NOT NULL,
    case_id      TEXT   NOT NULL,
    PRIMARY KEY (domain_id, token)
) /*clustered*/;
CREATE INDEX cases_client_token_age ON cases_client_token (domain_id, created_at);
