-- 0003: signed roots over all events.
--
-- The order of all events is made when a root is made: the events no root covers yet, by chain and number, behind those
-- that have their place already. Nothing is added to what a decision writes. See docs/adr/0020-order-of-all-events.md.

-- A signed root over the first `size` events.
create table audit_roots (
    no bigint primary key not null,
    at bigint not null,
    size bigint not null,
    root text not null,
    key text not null,
    signature text not null
);

-- Where the events of a chain stand in the order: `first` to `upto` from `place` on, since root `root`.
create table audit_parts (
    instance text not null,
    upto bigint not null,
    first bigint not null,
    place bigint not null,
    root bigint not null,
    primary key (instance, upto)
);

-- The tree's hashes in rows of 256, as hex: level 0 holds leaves, the next one the hashes of full rows below.
create table audit_tiles (
    level bigint not null,
    tile bigint not null,
    hashes text not null,
    primary key (level, tile)
);

-- The public keys that sign roots, each endorsed by the one before it.
create table audit_keys (
    id text primary key not null,
    public text not null,
    since bigint not null,
    by text not null,
    endorsement text not null
);
