//! What changed between two states of the organisation, in words: what somebody who imports one must have read.

use std::collections::BTreeSet;

use super::{Directory, Person, RoleGrant, Unit};
use crate::people::Names;
use crate::text::{Lang, Text};

impl Directory {
    /// Every change from this state to the next, a sentence each: people, units, roles, absences. Empty when they are the same.
    pub fn changes_to(&self, next: &Directory) -> Vec<Text> {
        let mut said = Vec::new();
        self.people_changed(next, &mut said);
        self.units_changed(next, &mut said);
        self.roles_changed(next, &mut said);
        self.absences_changed(next, &mut said);
        said
    }

    /// Those who are here now and no longer in the next state, by id.
    pub fn leaving_in<'a>(&'a self, next: &Directory) -> Vec<&'a str> {
        let here = self.people.values().filter(|person| person.active);
        here.filter(|person| next.active(&person.id).is_none())
            .map(|person| person.id.as_str())
            .collect()
    }

    fn people_changed(&self, next: &Directory, said: &mut Vec<Text>) {
        for (id, person) in &next.people {
            let name = &person.name;
            match self.people.get(id) {
                None if person.active => {
                    let unit = unit_name(next, &person.unit);
                    said.push(Text::new(
                        format!("新增 {name}（{id}，{}）", unit.zh),
                        format!("New: {name} ({id}, {})", unit.en),
                    ));
                }
                None => said.push(Text::new(
                    format!("新增 {name}（{id}，已离职）"),
                    format!("New: {name} ({id}, has left)"),
                )),
                Some(before) => said.extend(person_changed(self, next, before, person)),
            }
        }
        for (id, gone) in &self.people {
            if gone.active && !next.people.contains_key(id) {
                said.push(left(gone));
            }
        }
    }

    fn units_changed(&self, next: &Directory, said: &mut Vec<Text>) {
        for (id, unit) in &next.units {
            match self.units.get(id) {
                None => said.push(Text::new(
                    format!("新增部门 {}（{id}）", unit.name.zh),
                    format!("New unit: {} ({id})", unit.name.en),
                )),
                Some(before) => said.extend(unit_changed(self, next, before, unit)),
            }
        }
        for (id, gone) in &self.units {
            if !next.units.contains_key(id) {
                said.push(Text::new(
                    format!("取消部门 {}（{id}）", gone.name.zh),
                    format!("Unit gone: {} ({id})", gone.name.en),
                ));
            }
        }
    }

    fn roles_changed(&self, next: &Directory, said: &mut Vec<Text>) {
        for grant in next.roles.iter().filter(|one| !self.roles.contains(one)) {
            let (person, role) = granted(next, grant);
            said.push(Text::new(
                format!("{person} 成为 {}", role.zh),
                format!("{person} becomes {}", role.en),
            ));
        }
        for grant in self.roles.iter().filter(|one| !next.roles.contains(one)) {
            let (person, role) = granted(self, grant);
            said.push(Text::new(
                format!("{person} 不再是 {}", role.zh),
                format!("{person} is no longer {}", role.en),
            ));
        }
        let ids: BTreeSet<&String> = self
            .role_names
            .keys()
            .chain(next.role_names.keys())
            .collect();
        for id in ids {
            let (before, after) = (self.role_names.get(id), next.role_names.get(id));
            let (zh, en) = match (before, after) {
                (None, Some(name)) => (
                    format!("新增角色 {}（{id}）", name.zh),
                    format!("New role: {} ({id})", name.en),
                ),
                (Some(name), None) => (
                    format!("取消角色 {}（{id}）", name.zh),
                    format!("Role gone: {} ({id})", name.en),
                ),
                (Some(before), Some(after)) if before != after => (
                    format!("角色 {} 改名为 {}", before.zh, after.zh),
                    format!("Role {} is now called {}", before.en, after.en),
                ),
                (Some(_) | None, Some(_) | None) => continue,
            };
            said.push(Text::new(zh, en));
        }
    }

    fn absences_changed(&self, next: &Directory, said: &mut Vec<Text>) {
        let more = next
            .absences
            .iter()
            .filter(|one| !self.absences.contains(one));
        for absence in more {
            let name = next.name(&absence.person);
            said.push(Text::new(
                format!("登记 {name} 的缺勤"),
                format!("An absence of {name} is added"),
            ));
        }
        let fewer = self
            .absences
            .iter()
            .filter(|one| !next.absences.contains(one));
        for absence in fewer {
            let name = self.name(&absence.person);
            said.push(Text::new(
                format!("删除 {name} 的缺勤"),
                format!("An absence of {name} is removed"),
            ));
        }
    }
}

fn left(person: &Person) -> Text {
    let (name, id) = (&person.name, &person.id);
    Text::new(
        format!("停用 {name}（{id}）：退出登录，不再参与审批"),
        format!("Disabled: {name} ({id}) is signed out and is asked no more"),
    )
}

fn person_changed(old: &Directory, new: &Directory, before: &Person, after: &Person) -> Vec<Text> {
    let name = &after.name;
    let mut said = Vec::new();
    match (before.active, after.active) {
        (true, false) => said.push(left(after)),
        (false, true) => said.push(Text::new(
            format!("恢复 {name}（{}）", after.id),
            format!("Back again: {name} ({})", after.id),
        )),
        (true, true) | (false, false) => {}
    }
    let mut moved = |what: (&str, &str), from: Text, to: Text| {
        if from != to {
            said.push(Text::new(
                format!("{name} 的{}：{} → {}", what.0, from.zh, to.zh),
                format!("{name}, {}: {} → {}", what.1, from.en, to.en),
            ));
        }
    };
    moved(
        ("姓名", "name"),
        Text::same(&before.name),
        Text::same(&after.name),
    );
    moved(
        ("邮箱", "mail"),
        Text::same(&before.mail),
        Text::same(&after.mail),
    );
    moved(
        ("部门", "unit"),
        unit_name(old, &before.unit),
        unit_name(new, &after.unit),
    );
    moved(
        ("直属上级", "superior"),
        named(old, before.superior.as_deref()),
        named(new, after.superior.as_deref()),
    );
    moved(
        ("岗位", "posts"),
        listed(&before.posts),
        listed(&after.posts),
    );
    moved(
        ("语言", "language"),
        language(before.lang),
        language(after.lang),
    );
    said
}

fn unit_changed(old: &Directory, new: &Directory, before: &Unit, after: &Unit) -> Vec<Text> {
    let name = &after.name;
    let mut said = Vec::new();
    let mut moved = |what: (&str, &str), from: Text, to: Text| {
        if from != to {
            said.push(Text::new(
                format!("{} 的{}：{} → {}", name.zh, what.0, from.zh, to.zh),
                format!("{}, {}: {} → {}", name.en, what.1, from.en, to.en),
            ));
        }
    };
    moved(("名称", "name"), before.name.clone(), after.name.clone());
    let above = |all: &Directory, unit: &Unit| {
        unit.parent
            .as_deref()
            .map_or_else(nobody, |id| unit_name(all, id))
    };
    moved(
        ("上级部门", "unit above"),
        above(old, before),
        above(new, after),
    );
    moved(
        ("负责人", "head"),
        named(old, before.head.as_deref()),
        named(new, after.head.as_deref()),
    );
    said
}

fn granted<'d>(directory: &'d Directory, grant: &'d RoleGrant) -> (&'d str, Text) {
    let role = Names::role(directory, &grant.role);
    let role = match &grant.unit {
        None => role,
        Some(unit) => {
            let unit = unit_name(directory, unit);
            Text::new(
                format!("{}（{}）", role.zh, unit.zh),
                format!("{} ({})", role.en, unit.en),
            )
        }
    };
    (directory.name(&grant.person), role)
}

/// A person as the sheets name them: two may have one name.
fn named(directory: &Directory, id: Option<&str>) -> Text {
    id.map_or_else(nobody, |id| {
        Text::same(format!("{} ({id})", directory.name(id)))
    })
}

fn nobody() -> Text {
    Text::new("无", "none")
}

fn listed(posts: &[String]) -> Text {
    if posts.is_empty() {
        nobody()
    } else {
        Text::same(posts.join(" "))
    }
}

fn language(lang: Lang) -> Text {
    match lang {
        Lang::Zh => Text::new("中文", "Chinese"),
        Lang::En => Text::new("英文", "English"),
    }
}

fn unit_name(directory: &Directory, id: &str) -> Text {
    directory
        .units
        .get(id)
        .map_or_else(|| Text::same(id), |unit| unit.name.clone())
}
