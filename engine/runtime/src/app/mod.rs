//! [`App`]: everything the server, the command line and the tests may ask the engine. Cheap to clone.
//!
//! Every change of an instance goes through [`App::command`]; every way in makes a [`Command`](assent_core::command::Command).

mod absence;
mod absent;
mod account;
mod answer;
mod attachment;
mod calendars;
mod children;
mod choice;
mod claim;
mod command;
mod config;
mod dead_letter;
mod error;
mod flow;
mod hand_over;
mod happening;
mod health;
mod in_use;
mod inbox;
mod instance;
mod late;
mod leaving;
mod link;
mod mailbox;
mod migration;
mod options;
mod organisation;
mod overrule;
mod past;
mod people;
mod proof;
mod publication;
mod publish_checks;
mod record;
mod retire;
mod retries;
mod rules;
mod serving;
mod state;
mod task;
mod version;
mod view;
mod why;

pub use absence::{AbsenceSaved, AbsenceView};
pub use account::{ApiToken, Device, Limited, Session, SignIn, Signed};
pub use answer::{Answer, Opened, Seen};
pub use attachment::{ATTACHMENT_BYTES_MAX, Attached};
pub(crate) use calendars::published_until;
pub use calendars::{CalendarChange, CalendarView, MovedDeadline};
pub use children::ChildView;
pub(crate) use choice::choice_fields;
pub use config::{AppConfig, CONNECTIONS, Connector, MailConfig, Secret, Smtp};
pub use dead_letter::{DeadLetter, LetterPreview, Tending};
pub use error::{AppError, FieldFault, Unavailable};
pub use flow::{FlowView, PublishOutcome, Published, RecordKind, SourceFile};
pub use hand_over::{HandOver, HandOverRow};
pub(crate) use happening::Happening;
pub use happening::Reached;
pub use health::{Health, HealthFact, Metrics, Stuck};
pub use in_use::FlowUse;
pub use inbox::{InboxItem, Page, Tab};
pub use instance::{
    DiagramItem, DiagramView, EnclosedFile, Expected, InstanceFilter, InstanceHead, InstanceRow,
    InstanceView, Standing, TimelineItem,
};
pub use leaving::{Leaving, LeavingFlow, LeavingTask};
pub use link::{LinkState, Redeemed};
pub use mailbox::{MailboxItem, MailboxMail};
pub use migration::{
    GoneState, MigrationDone, MigrationPick, MigrationPlan, MigrationRow, MigrationWish,
};
pub use organisation::{LeavingWork, OrganisationChange};
pub use overrule::{OverrideView, Previewed, StateChoice, TaskChoice};
pub use people::{ADMIN_ROLE, Imported};
pub use proof::Proof;
pub use publication::{Publication, Running};
pub use retire::{RetireConfig, RetireWish, Retired, RetiredRow};
pub use state::App;
pub use task::{ChangedFact, OfferView, OpinionView, TaskView};
pub use version::{Compared, Side, VERSION_SHOWN, VersionView};
pub use view::{Due, Fact, FactTable, FormField, FormOption, Json, JsonMap, PersonView, When};
pub use why::{NextView, ReasonView, WaitView, WhyView};
