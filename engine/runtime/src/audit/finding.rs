//! What a verification found, in words.

use assent_core::audit::RootRow;
use assent_core::text::{Text, counted};
use serde::Serialize;

/// Most findings that are kept; the rest is counted.
const FINDINGS_MAX: usize = 10_000;

/// One thing that is not as it must be, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `event_changed`, `event_missing`, `event_inserted`, `chain_broken`, `state_differs`, `invariant`, `root_signature`,
    /// `root_differs`, `root_order`, `key_unknown`, `definition_changed`, `export_damaged`, `rows_differ`, `tombstone_forged`,
    /// `bundle_signature`, `file_changed`.
    pub code: &'static str,
    /// The chain: an instance, `record:<entity>:<id>`, or `flow:<id>`.
    pub chain: Option<String>,
    /// Number of the event within its chain.
    pub seq: Option<u32>,
    /// Its place in the order of all events, from 0.
    pub place: Option<u64>,
    /// The root that covers it first, or that is at fault itself.
    pub root: Option<u64>,
    /// One sentence.
    pub words: Text,
}

impl Finding {
    pub(super) fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code,
            words: Text::new(zh, en),
            ..Self::default()
        }
    }
}

/// What a verification came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Nothing was found.
    pub good: bool,
    /// Chains of events.
    pub chains: u64,
    /// Instances among them.
    pub instances: u64,
    /// Events.
    pub events: u64,
    /// Events that a signed root covers.
    pub sealed: u64,
    /// Events that came after the last root: compared with the rows, covered by no signature yet.
    pub not_sealed: u64,
    /// Roots.
    pub roots: u64,
    /// The last one.
    pub last_root: Option<RootRow>,
    /// Ids of the keys that signed, the first one first.
    pub keys: Vec<String>,
    /// Instances whose record is written by others too: its values were not compared.
    pub records_shared: u64,
    /// Running instances whose definition could not be read here: whether something wakes them was not checked.
    pub definitions_unread: u64,
    /// What is not as it must be.
    pub findings: Vec<Finding>,
    /// Findings that are not listed, because there are too many.
    pub more: u64,
    /// Instances that are gone into bundles, each with a tombstone that is signed and agrees with the roots.
    pub retired: u64,
    /// Instances whose state an older program folded: what it says was compared, and it says less than folding does today.
    pub folded_before: u64,
}

impl Report {
    pub(super) fn add(&mut self, finding: Finding) {
        let is_known = self.findings.iter().rev().take(50).any(|known| {
            known.code == finding.code
                && known.chain == finding.chain
                && known.seq == finding.seq
                && known.root == finding.root
                && (known.seq.is_some() || known.words == finding.words)
        });
        if is_known {
            return;
        }
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }

    /// What it came to, in one line.
    pub fn words(&self) -> Text {
        let unsealed = if self.not_sealed == 0 {
            Text::default()
        } else {
            Text::new(
                format!(
                    "；另有 {} 个事件尚未存证，已与业务数据核对",
                    self.not_sealed
                ),
                format!(
                    "; not sealed yet, and compared with the rows: {}",
                    counted(self.not_sealed, "event")
                ),
            )
        };
        let found = self.findings.len() as u64 + self.more;
        let verdict = if self.good {
            Text::new("没有发现问题", "nothing wrong was found")
        } else {
            Text::new(format!("发现 {found} 处问题"), counted(found, "finding"))
        };
        Text::new(
            format!(
                "{} 个实例，{} 个事件；{} 个存证根覆盖其中 {} 个{}：{}。",
                self.instances, self.events, self.roots, self.sealed, unsealed.zh, verdict.zh
            ),
            format!(
                "{}, {}; covered by {}: {}{}: {}.",
                counted(self.instances, "instance"),
                counted(self.events, "event"),
                counted(self.roots, "root"),
                self.sealed,
                unsealed.en,
                verdict.en
            ),
        )
    }
}
