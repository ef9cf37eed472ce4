//! A rule as it is written.

use std::fmt;

use super::words::composed;
use super::{Chooser, PeopleRule, Pick, Scope, Top};

impl fmt::Display for PeopleRule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |rule: &PeopleRule| {
            if composed(rule) {
                format!("({rule})")
            } else {
                rule.to_string()
            }
        };
        match self {
            PeopleRule::Applicant => out.write_str("applicant"),
            PeopleRule::User(id) => write!(out, "user/{id}"),
            PeopleRule::Role { role, within: None } => write!(out, "role/{role}"),
            PeopleRule::Role {
                role,
                within: Some(scope),
            } => write!(out, "role/{role} of {scope}"),
            PeopleRule::Post(id) => write!(out, "post/{id}"),
            PeopleRule::Members(of) => write!(out, "members of {of}"),
            PeopleRule::Head { of, up: 0 } => write!(out, "head of {of}"),
            PeopleRule::Head { of, up } => write!(out, "head of {of} up {up}"),
            PeopleRule::Supervisors { levels: 1 } => out.write_str("supervisor of applicant"),
            PeopleRule::Supervisors { levels } => {
                write!(out, "supervisors of applicant up to {levels}")
            }
            PeopleRule::Field(path) => write!(out, "record.{path}"),
            PeopleRule::Chosen {
                by,
                pool,
                least,
                most,
            } => {
                write!(out, "chosen by {by} from {}", part(pool))?;
                match (*least, *most) {
                    (1, 1) => Ok(()),
                    (least, most) if least == most => write!(out, " exactly {least}"),
                    (least, most) => write!(out, " at least {least} at most {most}"),
                }
            }
            PeopleRule::SupervisorsTo(top) => write!(out, "supervisors of applicant up to {top}"),
            PeopleRule::SameAs(state) => write!(out, "same as state/{state}"),
            PeopleRule::Actors(state) => write!(out, "actors of state/{state}"),
            PeopleRule::Approvers => out.write_str("approvers of original"),
            PeopleRule::Pick { how, of } => match how {
                Pick::LeastLoaded => write!(out, "least loaded of {of}"),
                Pick::Random => write!(out, "one of {of} at random"),
                Pick::InTurn | Pick::Rule => write!(out, "{of} in turn"),
            },
            PeopleRule::Script { rule, give } => {
                write!(out, "rule/{rule}")?;
                for (number, path) in give.iter().enumerate() {
                    out.write_str(if number == 0 { " given" } else { "" })?;
                    write!(out, " record.{path}")?;
                }
                Ok(())
            }
            PeopleRule::Except(of, without) => write!(out, "{} except {}", part(of), part(without)),
            PeopleRule::Either(parts) => {
                let parts: Vec<String> = parts.iter().map(part).collect();
                out.write_str(&parts.join(" or "))
            }
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::ApplicantDepartment => out.write_str("applicant.department"),
            Scope::Field(path) => write!(out, "record.{path}"),
            Scope::Unit(id) => write!(out, "department/{id}"),
        }
    }
}

impl fmt::Display for Chooser {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Chooser::Applicant => out.write_str("applicant"),
            Chooser::State(state) => write!(out, "state/{state}"),
        }
    }
}

impl fmt::Display for Top {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Top::Post(post) => write!(out, "post/{post}"),
            Top::Role(role) => write!(out, "role/{role}"),
        }
    }
}
