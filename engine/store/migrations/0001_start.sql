-- 0001: the tables of the first version.
--
-- Written once for both databases: on PostgreSQL `text` becomes `text collate "C"`, `blob` becomes `bytea`, and `without
-- rowid` goes. SQLite's tables that are deleted from as much as inserted into have no rowid: one tree instead of two, and
-- what one turn deletes and inserts stands on one page. Those that only grow have one: their rows are appended.
-- Times are UTC milliseconds, flags 0/1, JSON is text. Statements end with a semicolon at the end of a line.

-- One row per instance: what lists show, the compare-and-swap number, and the folded state as JSON. `was` is the status
-- before the last turn: the update returns it, so that the counters need no second look.
create table instances (
    id text primary key not null,
    flow text not null,
    version text not null,
    entity text not null,
    record text not null,
    applicant text not null,
    status text not null,
    was text not null,
    ended bigint not null,
    title text not null,
    standing text not null,
    rev bigint not null,
    started bigint not null,
    updated bigint not null,
    state text not null
);
-- Ids grow with time, so these are read newest first, and none changes while an instance runs.
create index instances_applicant on instances (applicant, id);
create index instances_flow on instances (flow, id);
create index instances_record on instances (record);
create index instances_running on instances (id) where ended = 0;

-- Open tasks. `due` is 9223372036854775807 when there is none, so that one index gives the inbox its order.
create table tasks (
    instance text not null,
    no bigint not null,
    state text not null,
    kind text not null,
    round bigint not null,
    assignee text not null,
    opened bigint not null,
    due bigint not null,
    primary key (instance, no)
) without rowid;
create index tasks_assignee on tasks (assignee, due, instance, no);

-- Tasks that ended, each with exactly one end. `actor` is empty when the system ended it.
create table tasks_closed (
    instance text not null,
    no bigint not null,
    state text not null,
    kind text not null,
    round bigint not null,
    assignee text not null,
    opened bigint not null,
    due bigint not null,
    ended text not null,
    at bigint not null,
    actor text,
    primary key (instance, no)
);
create index tasks_closed_actor on tasks_closed (actor, at, instance, no);

-- The trail. Nothing in the program updates or deletes here but retention of whole instances. An edit of a record
-- outside any flow has the record's own chain: its `instance` is `record:<entity>:<id>`.
create table events (
    instance text not null,
    seq bigint not null,
    at bigint not null,
    actor text not null,
    kind text not null,
    body text not null,
    hash text not null,
    primary key (instance, seq)
);

-- What must happen when. Claimed by an owner until `lease_until`; `epoch` counts claims and fences a late owner.
create table wakeups (
    instance text not null,
    reference text not null,
    due bigint not null,
    owner text not null,
    lease_until bigint not null,
    epoch bigint not null,
    primary key (instance, reference)
) without rowid;
create index wakeups_due on wakeups (due);

-- Effects not delivered yet, named `<instance>:<seq>`: those of an instance are found by that. Delivered ones are deleted, hopeless ones move to outbox_dead.
create table outbox (
    id text primary key not null,
    kind text not null,
    instance text not null,
    body text not null,
    due bigint not null,
    attempts bigint not null,
    owner text not null,
    lease_until bigint not null,
    epoch bigint not null,
    last_error text not null
);
create index outbox_due on outbox (due);

create table outbox_dead (
    id text primary key not null,
    kind text not null,
    instance text not null,
    body text not null,
    attempts bigint not null,
    last_error text not null,
    died bigint not null
);
create index outbox_dead_instance on outbox_dead (instance);

-- First answers by idempotency key.
create table answers (
    key text primary key not null,
    answer text not null,
    at bigint not null
);

-- Counts kept in the transaction, so that no page counts rows. Several shards per name, so that writers do not queue
-- behind one row; a count is the sum of its shards.
create table counters (
    name text not null,
    shard bigint not null,
    n bigint not null,
    primary key (name, shard)
);

-- Published definitions, as their source. `seq` counts publications of a flow; exactly one version is current.
create table definitions (
    flow text not null,
    version text not null,
    seq bigint not null,
    source text not null,
    published_at bigint not null,
    published_by text not null,
    current bigint not null,
    primary key (flow, version)
);
create unique index definitions_seq on definitions (flow, seq);

-- The organisation, one JSON document per version.
create table directory (
    version bigint primary key not null,
    body text not null,
    at bigint not null,
    actor text not null
);

-- Who may sign in, and with what. People are in the directory; an account only opens the door.
create table accounts (
    person text primary key not null,
    login text not null,
    password text not null,
    active bigint not null,
    failures bigint not null,
    blocked_until bigint not null,
    changed bigint not null
);
create unique index accounts_login on accounts (login);

-- Secrets somebody carries: sessions, known devices, mailed codes, API tokens. Only their SHA-256 is kept.
create table tokens (
    hash text primary key not null,
    purpose text not null,
    person text not null,
    created bigint not null,
    expires bigint not null,
    used bigint not null,
    tries bigint not null,
    body text not null
);
create index tokens_person on tokens (person, purpose);
create index tokens_expires on tokens (expires);

-- Approval links: a way to a task page, bound to person, task, round and record version.
create table links (
    hash text primary key not null,
    person text not null,
    instance text not null,
    task bigint not null,
    round bigint not null,
    revision text not null,
    purpose text not null,
    created bigint not null,
    expires bigint not null,
    voided bigint not null
);
create index links_task on links (instance, task);
create index links_expires on links (expires);

-- Mails kept instead of sent while no mail server is set up.
create table mailbox (
    id text primary key not null,
    at bigint not null,
    recipient text not null,
    subject text not null,
    instance text not null,
    raw text not null
);
create index mailbox_recipient on mailbox (recipient, id);

-- Files. The one table with bytes in it; they stand last, so that lists do not read them.
create table attachments (
    id text primary key not null,
    name text not null,
    media text not null,
    size bigint not null,
    sha256 text not null,
    owner text not null,
    at bigint not null,
    instance text not null,
    bytes blob not null
);
create index attachments_instance on attachments (instance);

-- Document numbers: the last one given, by sequence name.
create table numbers (
    name text primary key not null,
    n bigint not null
);

-- Settings somebody may change while the program runs.
create table settings (
    name text primary key not null,
    body text not null,
    rev bigint not null
);

-- Entity types that have a table of their own, `r_<name>`.
create table entities (
    name text primary key not null
);

-- Which column of an entity type's table holds a field, by SQL type and decimals. A field that changes its type gets a
-- second column; the first keeps what it has.
create table entity_columns (
    entity text not null,
    field text not null,
    form text not null,
    name text not null,
    primary key (entity, name)
);
create unique index entity_columns_form on entity_columns (entity, field, form);
