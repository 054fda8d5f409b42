-- connectcases: domains with their configuration, and the cases in them. Every table leads with its domain.
-- Who makes a domain holds the one row of cases_account, so that the quota is exact.
CREATE TABLE cases_account (
    id      BIGINT PRIMARY KEY,
    domains BIGINT NOT NULL -- how many were ever made
);
INSERT INTO cases_account (id, domains) VALUES (1, 0);

-- version is drawn anew at each change of the domain's configuration (its fields, options, layouts, templates,
-- case rules, event configuration): it tells whether a cached copy is current. Who changes the configuration
-- holds this row. domain_no is a short name for the domain in the tables of the search, never used twice.
CREATE TABLE cases_domain (
    domain_id  TEXT   NOT NULL PRIMARY KEY,
    domain_no  BIGINT NOT NULL UNIQUE,
    name       TEXT   NOT NULL UNIQUE,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    events     TEXT   NOT NULL, -- the event configuration, as JSON
    tags       TEXT   NOT NULL
);

-- Domains that are deleted, until none of their rows is left. look_at is when to look for some again: a transaction
-- that began before the deletion may have added them.
CREATE TABLE cases_domain_deletion (
    domain_id  TEXT   NOT NULL PRIMARY KEY,
    domain_no  BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL,
    look_at    BIGINT NOT NULL
);

-- System and custom fields. options is a JSON list; position is the order of the lists, and the field's short
-- name in the tables of the search: no two fields of a domain ever have the same.
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

-- What a layout shows is in content, as JSON.
CREATE TABLE cases_layout (
    domain_id   TEXT   NOT NULL,
    layout_id   TEXT   NOT NULL,
    position    BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    deleted     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    content     TEXT   NOT NULL,
    tags        TEXT   NOT NULL,
    PRIMARY KEY (domain_id, layout_id)
) /*clustered*/;

-- What a case rule says is in rule, as JSON.
CREATE TABLE cases_case_rule (
    domain_id    TEXT   NOT NULL,
    case_rule_id TEXT   NOT NULL,
    position     BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    description  TEXT,
    deleted      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    modified_at  BIGINT NOT NULL,
    rule         TEXT   NOT NULL,
    tags         TEXT   NOT NULL,
    PRIMARY KEY (domain_id, case_rule_id)
) /*clustered*/;

-- fields is a JSON object from field id to value, in the API's form; case_id, created_datetime and
-- last_updated_datetime are columns instead. changed_at is the last change of the case or its related
-- items, and never goes back. audit_id is the newest row of the case's history, items counts its related
-- items, slas those of them that are SLAs whose clock still runs or has run out (Active, Overdue). case_no is
-- the case's short name in the tables of the search. settling_at and settled_at are two of the case's last
-- updates, at least a quarter of an hour apart, with which the sweep of cases_recent knows what is old enough.
-- Not clustered: rows of more than a quarter of a page would
-- spill into a second one, and an update of a row changes no index.
CREATE TABLE cases_case (
    case_no     /*identity*/,
    domain_id   TEXT   NOT NULL,
    case_id     TEXT   NOT NULL,
    template_id TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    settled_at  BIGINT NOT NULL,
    settling_at BIGINT NOT NULL,
    items       BIGINT NOT NULL,
    slas        BIGINT NOT NULL,
    audit_id    TEXT   NOT NULL,
    tags        TEXT   NOT NULL,
    fields      TEXT   NOT NULL,
    UNIQUE (domain_id, case_id)
);

-- The search's order by last update: a new row at each UpdateCase, at the table's end whichever case it is
-- about. The row of a case that counts is the one of cases_case.updated_at; older ones stay for a while, for
-- searches that read them page by page, and a sweep takes them away. prev_at is the row before of the same
-- case, 0 in its first. tx_no is the number of the transaction that wrote the row. s0 to s7 are the signature:
-- each value, word and tag of the case sets three of its 512 bits, so that most cases that a search does not
-- want are passed over without reading them.
CREATE TABLE cases_recent (
    domain_no  BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    case_no    BIGINT NOT NULL,
    prev_at    BIGINT NOT NULL,
    tx_no      BIGINT NOT NULL,
    s0 BIGINT NOT NULL, s1 BIGINT NOT NULL, s2 BIGINT NOT NULL, s3 BIGINT NOT NULL,
    s4 BIGINT NOT NULL, s5 BIGINT NOT NULL, s6 BIGINT NOT NULL, s7 BIGINT NOT NULL,
    PRIMARY KEY (domain_no, updated_at, case_no)
) /*clustered*/;

-- The search's values: which cases have a value in a field, in the order of values. field_no is the field's
-- position; 0 stands for tags. value is an encoding whose order as bytes is that of the values. Fields of text
-- are not in it: each change of one would cost two pages, and their words find them.
CREATE TABLE cases_value (
    domain_no BIGINT NOT NULL,
    field_no  BIGINT NOT NULL,
    value     BYTEA  NOT NULL,
    case_no   BIGINT NOT NULL,
    PRIMARY KEY (domain_no, field_no, value, case_no)
) /*clustered*/;

-- The search's words: which cases have a word in any field. rowid is the case_no; each word has its domain
-- in front of it. SQLite keeps nothing but the index from words to cases: what is taken out must be told to it.
/*sqlite*/ CREATE VIRTUAL TABLE cases_words USING fts5 (words, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
-- In both engines the index goes by the table's name.
/*postgres*/ CREATE TABLE cases_words (rowid BIGINT PRIMARY KEY, cases_words TSVECTOR NOT NULL);
/*postgres*/ CREATE INDEX cases_words_words ON cases_words USING gin (cases_words);

-- Where the sweep of cases_recent goes on; who sweeps holds the row.
CREATE TABLE cases_recent_sweep (
    domain_no  BIGINT NOT NULL PRIMARY KEY,
    swept_at   BIGINT NOT NULL, -- how far the sweep has come
    counted_at BIGINT NOT NULL  -- the last row that it knew of: what came since is how much there is to do
);

-- subject is what the item points at: the ARN of the contact or file, the id of the case; content is JSON.
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
CREATE INDEX cases_related_item_time ON cases_related_item (domain_id, associated_at, related_item_id);
-- A subject is one of a domain nearly always, so the domain need not be in front of it; searches by subject hide the
-- domain from SQLite, which would otherwise walk through all of it in the order of time.
CREATE INDEX cases_related_item_subject ON cases_related_item (subject, associated_at, related_item_id) WHERE subject IS NOT NULL;

-- The clocks of SLAs that run: one row until the target time, when the SLA becomes Overdue, or until the case
-- meets it.
CREATE TABLE cases_sla_clock (
    due_at          BIGINT NOT NULL,
    domain_id       TEXT   NOT NULL,
    case_id         TEXT   NOT NULL,
    related_item_id TEXT   NOT NULL,
    PRIMARY KEY (due_at, domain_id, case_id, related_item_id)
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
