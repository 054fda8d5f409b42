-- customerprofiles: domains, the profiles in them, the keys that find a profile, and integrations. Rows name
-- their domain by its number, which is never given twice: a new domain of an old name is empty.
CREATE TABLE customerprofiles_domain (
    id         /*identity*/,
    name       TEXT   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    settings   TEXT   NOT NULL  -- what CreateDomain was given, as JSON
);

-- Not clustered: counting a domain's profiles then reads the narrow index and no document.
CREATE TABLE customerprofiles_profile (
    domain_id BIGINT NOT NULL,
    id        TEXT   NOT NULL,
    document  TEXT   NOT NULL, -- the members that are set, as JSON
    PRIMARY KEY (domain_id, id)
);

CREATE TABLE customerprofiles_key (
    domain_id  BIGINT NOT NULL,
    name       TEXT   NOT NULL, -- _phone, _email …
    value      TEXT   NOT NULL, -- folded: searches ignore case
    profile_id TEXT   NOT NULL,
    PRIMARY KEY (domain_id, name, value, profile_id)
) /*clustered*/;

CREATE TABLE customerprofiles_integration (
    domain_id  BIGINT NOT NULL,
    uri        TEXT   NOT NULL,
    instance   TEXT   UNIQUE,   -- the uri where it names a Connect instance, which has one domain at most
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    settings   TEXT   NOT NULL, -- what PutIntegration was given, as JSON
    PRIMARY KEY (domain_id, uri)
) /*clustered*/;
