//! One sequence: people, timers, deliveries and faults on a database of its own, and the promises after every step.

use std::collections::{BTreeMap, BTreeSet};

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::event::Change;
use assent_core::instance::Case;
use assent_store::{ClaimedEffect, ClaimedWakeup, faults};
use serde_json::json;

use super::company::{Company, Flow};
use super::ledger::{Heard, Ledger, Sent, mark};
use super::life::{End, House, Life};
use super::promises;
use super::space::demands;
use super::space::dice::Dice;
use super::space::moves::{Move, Scene, next};
use super::space::world::APPLICANT;
use crate::app::{App, AppError};
use crate::clock::Clock;
use crate::engine::stored_case;
use crate::tests::harness::{HOUR_MS, MONDAY, rebuilt};
use crate::tests::outside::{self, Outside};
use crate::workers::{outbox, reconcile, timers};

const MINUTE_MS: i64 = 60_000;
/// Instances of a sequence.
const INSTANCES_MAX: usize = 4;
/// How often somebody is asked for a wish.
const WISHES_MAX: u32 = 6;
/// Starts a program may need after a crash, each of which may meet a fault again.
const STARTS_MAX: u32 = 20;
/// Days after which everything that can be delivered is.
const DAYS_TO_REST: u32 = 40;
/// How long somebody slow holds what they claimed.
const SLOW_LEASE_MS: i64 = 30_000;

/// What came of some sequences.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub commands: u64,
    pub accepted: u64,
    pub repeated: u64,
    pub crashes: u64,
    pub faults: u64,
    pub fired: u64,
    pub delivered: u64,
    pub instances: u64,
    pub ended: u64,
    pub simulated_ms: i64,
    pub checked: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.commands += other.commands;
        self.accepted += other.accepted;
        self.repeated += other.repeated;
        self.crashes += other.crashes;
        self.faults += other.faults;
        self.fired += other.fired;
        self.delivered += other.delivered;
        self.instances += other.instances;
        self.ended += other.ended;
        self.simulated_ms += other.simulated_ms;
        self.checked += other.checked;
    }
}

/// A promise that was broken, and how it came about.
#[derive(Clone, Debug)]
pub struct Broken {
    pub what: String,
    pub step: usize,
    pub play: Vec<String>,
}

/// A start of an instance.
struct Begun {
    flow: String,
    key: String,
    heard: Heard,
}

pub struct Play {
    house: House,
    company: Company,
    ledger: Ledger,
    /// Starts by the subject that names them.
    starts: BTreeMap<String, Begun>,
    instances: Vec<String>,
    /// Effects that were ever in the outbox.
    effects: BTreeSet<String>,
    /// What somebody slow has claimed and not done yet.
    slow: (Vec<ClaimedEffect>, Vec<ClaimedWakeup>),
    /// Commands under way that have not arrived.
    late: Vec<(String, Command)>,
    last: BTreeMap<String, Command>,
    /// An answer that no fault explains, unless one met this step.
    unsaid: Option<String>,
    made: u64,
    pub tally: Tally,
    pub lines: Vec<String>,
}

/// Plays the steps of a seed. The seed alone makes the flows and the people; each step is a seed of its own, so that a
/// sequence with steps taken out still makes sense.
pub fn play(seed: u64, steps: &[u64]) -> Result<Tally, Broken> {
    let mut dice = Dice(seed.wrapping_mul(0x5851_F42D_4C95_7F2D));
    outside::open(Outside {
        chance: Some(Dice(dice.next())),
        ..Outside::default()
    });
    let mut play = Play {
        house: House::new(Clock::test(MONDAY)),
        company: Company::new(&mut dice),
        ledger: Ledger::default(),
        starts: BTreeMap::new(),
        instances: vec![],
        effects: BTreeSet::new(),
        slow: (vec![], vec![]),
        late: vec![],
        last: BTreeMap::new(),
        unsaid: None,
        made: 0,
        tally: Tally::default(),
        lines: vec![],
    };
    let mut at = 0;
    let done = play.all(&mut dice, steps, &mut at);
    faults::clear();
    outside::close();
    let days = play.house.clock.now().0 - MONDAY.0;
    play.tally.simulated_ms = days;
    match done {
        Ok(()) => Ok(play.tally),
        Err(what) => Err(Broken {
            what,
            step: at,
            play: play.lines,
        }),
    }
}

impl Play {
    fn all(&mut self, dice: &mut Dice, steps: &[u64], at: &mut usize) -> Result<(), String> {
        let mut life = self.born(dice)?;
        let company = &mut self.company;
        let founded = life.run(async |app| company.found(app, dice).await);
        came(founded)?;
        for (number, step) in steps.iter().enumerate() {
            *at = number;
            life = self.step(life, &mut Dice(*step))?;
        }
        *at = steps.len();
        outside::with(|outside| outside.chance = None);
        came(life.run(async |app| self.rest(app).await))??;
        life.close();
        Ok(())
    }

    /// Starts the program; now and then it dies in the middle of that.
    fn born(&mut self, dice: &mut Dice) -> Result<Life, String> {
        for _ in 0..STARTS_MAX {
            if self.made > 0 && dice.one_in(4) {
                faults::plan(1 + dice.next() % 30, faults::Fault::DieAfter);
            }
            let begun = Life::begin(&self.house);
            faults::clear();
            match begun {
                End::Came(Ok(life)) => return Ok(life),
                End::Came(Err(fault)) => return Err(format!("it does not start: {fault}")),
                End::Died => self.tally.crashes += 1,
                End::Hung => return Err("a start hangs".to_owned()),
            }
        }
        Err("it never starts".to_owned())
    }

    /// One step, and all promises after it.
    fn step(&mut self, life: Life, dice: &mut Dice) -> Result<Life, String> {
        self.pass(MINUTE_MS);
        if dice.one_in(5) {
            let fault = dice.of(&[
                faults::Fault::Before,
                faults::Fault::After,
                faults::Fault::DieBefore,
                faults::Fault::DieAfter,
                faults::Fault::DieAfter,
            ]);
            let call = 1 + dice.next() % 40;
            self.lines
                .push(format!("call {call} of the database: {fault:?}"));
            faults::plan(call, fault);
        }
        let ended = life.run(async |app| Box::pin(self.deed(app, dice)).await);
        let (_, struck) = faults::clear();
        self.tally.faults += u64::from(struck);
        if let Some(unsaid) = self.unsaid.take().filter(|_| !struck) {
            return Err(format!("P2: nothing failed, and yet {unsaid}"));
        }
        let life = match ended {
            End::Came(done) => {
                done?;
                if dice.one_in(30) {
                    life.close();
                    self.lines.push("restarts".to_owned());
                    self.born(dice)?
                } else {
                    life
                }
            }
            End::Died => {
                drop(life);
                self.tally.crashes += 1;
                self.lines.push("dies, and starts again".to_owned());
                self.born(dice)?
            }
            End::Hung => return Err("something never comes back".to_owned()),
        };
        came(life.run(async |app| self.check(app).await))??;
        Ok(life)
    }

    fn pass(&mut self, ms: i64) {
        let now = self.house.clock.now();
        self.house.clock.set(now.plus_ms(ms));
    }

    async fn deed(&mut self, app: &App, dice: &mut Dice) -> Result<(), String> {
        match dice.roll(26) {
            0 | 1 => self.start(app, dice).await,
            2..=11 => self.command(app, dice).await,
            12 | 13 => Box::pin(self.two_at_once(app, dice)).await,
            14 | 15 => self.again(app, dice).await,
            16 => self.arrives_late(app, dice).await,
            17 | 18 => self.fire(app, dice).await,
            19 | 20 => self.deliver(app, dice).await,
            21 => self.slowly(app, dice).await,
            22 | 23 => {
                let back = dice.one_in(8);
                let ms = i64::try_from(dice.roll(60)).unwrap() * HOUR_MS;
                let ms = if back { -20 * MINUTE_MS } else { ms };
                self.lines
                    .push(format!("the clock jumps by {} minutes", ms / MINUTE_MS));
                self.pass(ms);
                Ok(())
            }
            24 => {
                let what = self.company.change(app, dice).await;
                self.lines.push(what);
                Ok(())
            }
            _ => {
                self.lines.push("the reconciler looks".to_owned());
                // A fault of the database: it looks again later.
                reconcile::round(app).await.ok();
                Ok(())
            }
        }
    }

    async fn start(&mut self, app: &App, dice: &mut Dice) -> Result<(), String> {
        if self.starts.len() >= INSTANCES_MAX {
            return self.command(app, dice).await;
        }
        let flow = dice.of(&self.company.flows).name;
        self.made += 1;
        let subject = format!("case-{}", self.made);
        let begun = Begun {
            flow,
            key: format!("start-{}", self.made),
            heard: Heard::Nothing,
        };
        self.starts.insert(subject.clone(), begun);
        self.begin(app, &subject).await
    }

    /// Sends a start, for the first time or again.
    async fn begin(&mut self, app: &App, subject: &str) -> Result<(), String> {
        let Some(begun) = self.starts.get(subject) else {
            return Ok(());
        };
        let values = json!({"subject": subject, "amount": "100"});
        let values = values.as_object().unwrap();
        let (actor, key) = (Actor::Person(APPLICANT.to_owned()), begun.key.clone());
        let answer = app
            .start(&begun.flow, actor, Via::Api, values, true, Some(key))
            .await;
        self.tally.commands += 1;
        self.lines
            .push(format!("starts {subject}: {}", told(&answer)));
        let heard = heard(&answer);
        if let Ok(answer) = answer
            && !self.instances.contains(&answer.instance)
        {
            self.instances.push(answer.instance);
        }
        if let Some(begun) = self.starts.get_mut(subject) {
            match (&begun.heard, &heard) {
                (Heard::Done(_), Heard::Refused) => {
                    return Err(format!("P2: {subject} was started, its repetition refused"));
                }
                (Heard::Done(_), _) => {}
                _ => begun.heard = heard,
            }
        }
        Ok(())
    }

    /// A command somebody thinks of now, for an instance.
    async fn wish(
        &mut self,
        app: &App,
        dice: &mut Dice,
        on: Option<&String>,
    ) -> Option<(String, Command)> {
        let instance = on.or(dice.pick(&self.instances))?.clone();
        let (case, flow) = self.case(app, &instance).await?;
        let scene = Scene {
            case: Some(&case),
            states: &flow.states,
            sent: self.last.get(&instance),
            second: None,
            wide: false,
        };
        let Move::Send(mut command) = next(dice, &scene) else {
            return None;
        };
        match &command.action {
            // Timers do this.
            Action::Wake { .. } => return None,
            Action::Happen { .. } => {
                self.lines.push("the thing arrives".to_owned());
                let record = case.instance.record.as_str();
                self.made += 1;
                let key = Some(format!("happen-{}", self.made));
                app.happen("thing.arrived", record, &serde_json::Map::new(), key)
                    .await
                    .ok();
                return None;
            }
            _ => {}
        }
        self.made += 1;
        mark(&mut command, &format!("key-{}", self.made));
        Some((instance, command))
    }

    /// The same, asked a few times: somebody thinks of something most often.
    async fn some_wish(
        &mut self,
        app: &App,
        dice: &mut Dice,
        on: Option<&String>,
    ) -> Option<(String, Command)> {
        for _ in 0..WISHES_MAX {
            if let Some(wish) = self.wish(app, dice, on).await {
                return Some(wish);
            }
        }
        None
    }

    async fn case(&self, app: &App, instance: &str) -> Option<(Case, Flow)> {
        let loaded = app.load(instance).await.ok()??;
        let flow = self.company.flow(&loaded.row.flow)?;
        Some((stored_case(&loaded).ok()?, flow))
    }

    async fn command(&mut self, app: &App, dice: &mut Dice) -> Result<(), String> {
        let Some((instance, command)) = self.some_wish(app, dice, None).await else {
            return Ok(());
        };
        if dice.one_in(8) {
            self.late.push((instance, command));
            return Ok(());
        }
        self.last.insert(instance.clone(), command.clone());
        self.send(app, instance, command).await
    }

    /// Sends a command, for the first time or again.
    async fn send(&mut self, app: &App, instance: String, command: Command) -> Result<(), String> {
        self.under_way(&instance, &command)?;
        let answer = app.command(&instance, command.clone()).await;
        self.hear(instance, command, &answer)
    }

    /// A command that was sent may be done, whatever comes.
    fn under_way(&mut self, instance: &str, command: &Command) -> Result<(), String> {
        let key = command.key.clone().unwrap_or_default();
        let known = self.ledger.sent.get(&key);
        let heard = known.map_or(Heard::Nothing, |known| known.heard.clone());
        self.tally.commands += 1;
        if heard != Heard::Refused {
            let sent = Sent {
                instance: instance.to_owned(),
                command: command.clone(),
                heard: Heard::Nothing,
            };
            self.ledger.hear(&key, sent)?;
        }
        Ok(())
    }

    fn hear(
        &mut self,
        instance: String,
        command: Command,
        answer: &Result<crate::app::Answer, AppError>,
    ) -> Result<(), String> {
        let key = command.key.clone().unwrap_or_default();
        let heard = heard(answer);
        if heard == Heard::Nothing {
            self.unsaid = Some(format!("{key} was answered: {}", told(answer)));
        }
        self.tally.accepted += u64::from(matches!(heard, Heard::Done(_)));
        self.tally.repeated += u64::from(answer.as_ref().is_ok_and(|answer| answer.repeated));
        self.lines.push(format!(
            "{key} {:?} {:?}: {}",
            command.actor,
            command.action,
            told(answer)
        ));
        let sent = Sent {
            instance,
            command,
            heard,
        };
        self.ledger.hear(&key, sent)
    }

    async fn two_at_once(&mut self, app: &App, dice: &mut Dice) -> Result<(), String> {
        let Some(one) = self.some_wish(app, dice, None).await else {
            return Ok(());
        };
        // Most often on the same instance: whoever is second is decided again.
        let on = (!dice.one_in(4)).then_some(&one.0);
        let Some(two) = self.some_wish(app, dice, on).await else {
            return Ok(());
        };
        self.under_way(&one.0, &one.1)?;
        self.under_way(&two.0, &two.1)?;
        let (first, second) = tokio::join!(
            app.command(&one.0, one.1.clone()),
            app.command(&two.0, two.1.clone())
        );
        self.hear(one.0, one.1, &first)?;
        self.hear(two.0, two.1, &second)
    }

    /// A command or a start is sent again, heard or not.
    async fn again(&mut self, app: &App, dice: &mut Dice) -> Result<(), String> {
        if dice.one_in(4) {
            let subjects: Vec<String> = self.starts.keys().cloned().collect();
            let Some(subject) = dice.pick(&subjects) else {
                return Ok(());
            };
            return self.begin(app, subject).await;
        }
        // What was not heard is most often sent again.
        let open = |sent: &Sent| sent.heard == Heard::Nothing;
        let unheard: Vec<Sent> = self
            .ledger
            .sent
            .values()
            .filter(|sent| open(sent))
            .cloned()
            .collect();
        let all: Vec<Sent> = self.ledger.sent.values().cloned().collect();
        let from = if unheard.is_empty() || dice.one_in(3) {
            all
        } else {
            unheard
        };
        let Some(sent) = dice.pick(&from).cloned() else {
            return Ok(());
        };
        // A refused one may be allowed by now: then it is a new wish.
        if sent.heard == Heard::Refused {
            return Ok(());
        }
        self.send(app, sent.instance, sent.command).await
    }

    async fn arrives_late(&mut self, app: &App, dice: &mut Dice) -> Result<(), String> {
        if self.late.is_empty() {
            return Ok(());
        }
        let (instance, command) = self.late.swap_remove(dice.roll(self.late.len()));
        self.send(app, instance, command).await
    }

    /// Timers; one of a slow node may fire after its lease.
    async fn fire(&mut self, app: &App, dice: &mut Dice) -> Result<(), String> {
        let now = app.now();
        let lease = now.plus_ms(SLOW_LEASE_MS);
        if dice.one_in(5)
            && let Ok(claimed) = app.store().claim_wakeups("slow", now, lease, 2).await
        {
            self.lines
                .push(format!("somebody slow claims {} wake-ups", claimed.len()));
            self.slow.1.extend(claimed);
            return Ok(());
        }
        if dice.one_in(3)
            && let Some(wakeup) = self.slow.1.pop()
        {
            self.lines.push(format!("{} fires late", wakeup.reference));
            timers::fire(app, &wakeup, now).await.ok();
            return Ok(());
        }
        // Most often to the moment; a fault of the database: it is tried again.
        if dice.one_in(2)
            && let Ok(Some(due)) = app.store().next_wakeup(now).await
        {
            self.house.clock.set(now.max(due));
        }
        if let Ok(done) = timers::step(app).await {
            self.lines.push(format!("timers: {done:?}"));
            self.tally.fired += done.fired as u64;
        }
        Ok(())
    }

    async fn deliver(&mut self, app: &App, dice: &mut Dice) -> Result<(), String> {
        if dice.one_in(2) {
            let delivered = outbox::drain(app).await;
            self.lines.push(format!("deliveries: {delivered:?}"));
            self.tally.delivered += delivered.unwrap_or_default() as u64;
            return Ok(());
        }
        let now = app.now();
        let lease = now.plus_ms(SLOW_LEASE_MS);
        let claimed = app.store().claim_outbox("one", now, lease, None, 3).await;
        for effect in claimed.unwrap_or_default() {
            self.lines.push(format!("delivers {}", effect.id));
            // Twice: the second settles nothing.
            for _ in 0..=dice.roll(2) {
                self.tally.delivered += u64::from(outbox::deliver(app, &effect).await.is_ok());
            }
        }
        Ok(())
    }

    /// Somebody slow claims effects, or delivers them long after.
    async fn slowly(&mut self, app: &App, dice: &mut Dice) -> Result<(), String> {
        if dice.one_in(2)
            && let Some(effect) = self.slow.0.pop()
        {
            self.lines.push(format!("{} is delivered late", effect.id));
            outbox::deliver(app, &effect).await.ok();
            return Ok(());
        }
        let now = app.now();
        let lease = now.plus_ms(SLOW_LEASE_MS);
        let claimed = app.store().claim_outbox("slow", now, lease, None, 3).await;
        self.slow.0.extend(claimed.unwrap_or_default());
        Ok(())
    }

    /// Every promise, of every instance.
    async fn check(&mut self, app: &App) -> Result<(), String> {
        self.find(app).await?;
        for instance in self.instances.clone() {
            self.tally.checked += 1;
            let fault = |fault: AppError| format!("{instance} cannot be read: {fault}");
            let loaded = app.load(&instance).await.map_err(fault)?;
            let loaded = loaded.ok_or_else(|| format!("P1: {instance} is gone"))?;
            let case = stored_case(&loaded).map_err(fault)?;
            let events = app.trail(&instance).await.map_err(fault)?;
            let def = app
                .definition_of(&loaded.row.flow, &loaded.row.version)
                .await
                .map_err(fault)?;
            let flow = self.company.flow(&loaded.row.flow).unwrap();
            promises::invariants(&def, &case, &events)?;
            promises::timers(&events)?;
            let rows = app.store().wakeups_of(&[&instance]).await;
            let rows = rows.map_err(|fault| format!("wake-ups cannot be read: {fault}"))?;
            promises::armed(&case, &rows)?;
            promises::ladders(&flow.states, &case, &events)?;
            self.ledger.check(&instance, &events)?;
            if let Some(what) = demands::unmet(&flow.sketch, None, &events) {
                return Err(format!("P3: {what}"));
            }
        }
        self.effects(app).await?;
        outside::with(|outside| outside.broken.pop()).map_or(Ok(()), Err)
    }

    /// Instances that were started without anybody hearing of it; each start is there once, and a refused one is not.
    async fn find(&mut self, app: &App) -> Result<(), String> {
        let rows = app.store().all_instances(None, 100).await;
        let rows = rows.map_err(|fault| format!("instances cannot be listed: {fault}"))?;
        for row in &rows {
            if !self.instances.contains(&row.id) {
                self.instances.push(row.id.clone());
            }
        }
        for (subject, begun) in &self.starts {
            let times = rows.iter().filter(|row| row.title == *subject).count();
            let fits = match begun.heard {
                Heard::Done(_) => times == 1,
                Heard::Refused => times == 0,
                Heard::Nothing => times <= 1,
            };
            if !fits {
                return Err(format!(
                    "P2: {subject} was heard as {:?} and is there {times} times",
                    begun.heard
                ));
            }
        }
        Ok(())
    }

    /// P6: what was in the outbox is there, or dead, or was delivered.
    async fn effects(&mut self, app: &App) -> Result<(), String> {
        let fault = |fault| format!("the outbox cannot be read: {fault}");
        let mut kept = BTreeSet::new();
        for instance in &self.instances {
            let rows = app.store().outbox_of(instance).await.map_err(fault)?;
            kept.extend(rows.into_iter().map(|row| row.id));
        }
        let dead = app.store().dead_effects(None, 1_000).await.map_err(fault)?;
        kept.extend(dead.into_iter().map(|row| row.id));
        let lost = self.effects.iter().find(|id| {
            !kept.contains(*id) && !outside::with(|outside| outside.ended.contains(*id))
        });
        if let Some(lost) = lost {
            return Err(format!("P6: {lost} is gone and was never delivered"));
        }
        self.effects.extend(kept);
        Ok(())
    }

    /// Days pass without faults: everything is delivered or dead, nothing is stuck, every row follows from the events.
    async fn rest(&mut self, app: &App) -> Result<(), String> {
        let fault = |fault: AppError| format!("it does not come to rest: {fault}");
        for _ in 0..DAYS_TO_REST {
            self.pass(25 * HOUR_MS);
            while timers::step(app).await.map_err(fault)?.fired > 0 {}
            self.tally.delivered += outbox::drain(app).await.map_err(fault)? as u64;
            let found = reconcile::round(app).await.map_err(fault)?;
            if let Some((instance, what)) = found.stuck.first() {
                return Err(format!("P4: {instance} is stuck: {what}"));
            }
            self.check(app).await?;
            let (waiting, _, _) = app.store().outbox_gauges().await.unwrap();
            if waiting == 0 {
                break;
            }
        }
        let (waiting, _, _) = app.store().outbox_gauges().await.unwrap();
        if waiting > 0 {
            return Err(format!("P6: {waiting} effects are never delivered"));
        }
        self.asked(app).await?;
        self.tally.instances += rebuilt(app).await;
        Ok(())
    }

    /// What an instance asked of the world, the world was asked.
    async fn asked(&mut self, app: &App) -> Result<(), String> {
        for instance in &self.instances {
            let events = app.trail(instance).await.unwrap();
            let ended = events
                .iter()
                .any(|event| matches!(event.change, Change::Ended { .. }));
            self.tally.ended += u64::from(ended);
            for event in &events {
                if let Change::Called { key, .. } = &event.change
                    && !outside::with(|outside| outside.done.contains_key(key))
                {
                    let dead = app.store().dead_effects(None, 1_000).await.unwrap();
                    let failed = events
                        .iter()
                        .any(|event| matches!(event.change, Change::CallFailed { .. }));
                    if dead.is_empty() && !failed {
                        return Err(format!("P6: {key} was never asked of the ERP"));
                    }
                }
            }
        }
        Ok(())
    }
}

fn came<T>(end: End<T>) -> Result<T, String> {
    match end {
        End::Came(value) => Ok(value),
        End::Died | End::Hung => Err("something never comes back".to_owned()),
    }
}

fn heard(answer: &Result<crate::app::Answer, AppError>) -> Heard {
    match answer {
        Ok(answer) => Heard::Done(answer.rev),
        Err(AppError::Refused(_) | AppError::Invalid(_) | AppError::NotFound) => Heard::Refused,
        Err(_) => Heard::Nothing,
    }
}

fn told(answer: &Result<crate::app::Answer, AppError>) -> String {
    match answer {
        Ok(answer) if answer.repeated => format!("done before, rev {}", answer.rev),
        Ok(answer) => format!("done, rev {}", answer.rev),
        Err(fault) => fault.to_string(),
    }
}
