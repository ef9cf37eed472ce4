-- 0002: pools.
--
-- A task that several people may claim is one task with a row for each candidate, so that the inbox stays one index range.
-- The key therefore names the assignee too. Programs that know only schema 1 delete by (instance, no) and go on working.
create table tasks_keyed (
    instance text not null,
    no bigint not null,
    state text not null,
    kind text not null,
    round bigint not null,
    assignee text not null,
    opened bigint not null,
    due bigint not null,
    primary key (instance, no, assignee)
) without rowid;
insert into tasks_keyed (instance, no, state, kind, round, assignee, opened, due)
select instance, no, state, kind, round, assignee, opened, due from tasks;
drop table tasks;
alter table tasks_keyed rename to tasks;
create index tasks_assignee on tasks (assignee, due, instance, no);
