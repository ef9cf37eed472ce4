//! Instances that were retired: their events are gone, their places and leaves are not, and a tombstone says where they went.

use std::collections::BTreeMap;

use assent_core::audit::Part;

use super::{Checker, Open};
use crate::audit::finding::Finding;
use crate::audit::merkle::Placed;
use crate::audit::tombstone::{CHAINS, Gone, Tombstone, digest, places};

/// What was met on the way through the chains.
#[derive(Default)]
pub(super) struct Retired {
    /// Tombstones, with their chain; none where there is no such thing in the event.
    stones: Vec<(String, Option<Tombstone>)>,
    /// Chains without an event that a root covers: index of the chain's name, and what is covered.
    gone: Vec<(usize, Vec<Part>)>,
}

impl Checker<'_> {
    /// Takes note of a tombstone. Its chain is checked like any other.
    pub(super) fn stone(&mut self, open: &Open) {
        if open.chain.starts_with(CHAINS) {
            let read = open.events.iter().map(|event| {
                let stone = serde_json::from_str::<Tombstone>(&event.body).ok();
                (open.chain.clone(), stone)
            });
            self.retired.stones.extend(read);
        }
    }

    /// True for a chain that may be retired: nothing is left of it but its places. Whether it was is said at the end.
    pub(super) fn is_gone(&mut self, open: &Open) -> bool {
        let is_gone = open.state.is_none() && open.events.is_empty() && !open.parts.is_empty();
        if is_gone {
            self.retired
                .gone
                .push((self.chains.len(), open.parts.clone()));
        }
        is_gone
    }

    /// Puts the leaves of retired instances where their events were; whatever is gone without a tombstone is missing.
    pub(super) fn lay_stones(&mut self) {
        let retired = std::mem::take(&mut self.retired);
        let mut said: BTreeMap<String, Gone> = BTreeMap::new();
        for (chain, stone) in retired.stones {
            match stone.filter(|stone| stone.is_signed(&self.keys)) {
                Some(stone) => {
                    said.extend(
                        stone
                            .instances
                            .into_iter()
                            .map(|gone| (gone.id.clone(), gone)),
                    );
                }
                None => self.forged(&chain),
            }
        }
        for (chain, parts) in retired.gone {
            let name = self.chains.get(chain).cloned().unwrap_or_default();
            let leaves: Option<Vec<_>> = places(&parts)
                .map(|(seq, place)| {
                    let kept = self.kept.get(usize::try_from(place).ok()?)?;
                    Some((seq, place, *kept))
                })
                .collect();
            let leaves = leaves.unwrap_or_default();
            let Some(gone) = said.get(&name) else {
                self.missing_whole(&name, &parts);
                continue;
            };
            let is_whole = leaves.len() == gone.seq as usize
                && leaves.iter().zip(1..).all(|((seq, ..), no)| *seq == no)
                && digest(leaves.iter().map(|(.., leaf)| *leaf)) == gone.leaves;
            if !is_whole {
                self.forged(&name);
                self.missing_whole(&name, &parts);
                continue;
            }
            self.report.retired += 1;
            self.placed
                .extend(leaves.into_iter().map(|(seq, place, leaf)| Placed {
                    place,
                    leaf,
                    chain,
                    seq,
                }));
        }
    }

    /// In a bundle every chain has its events.
    pub(super) fn nothing_left_out(&mut self) {
        for (chain, parts) in std::mem::take(&mut self.retired.gone) {
            let name = self.chains.get(chain).cloned().unwrap_or_default();
            self.missing_whole(&name, &parts);
        }
    }

    fn forged(&mut self, chain: &str) {
        let mut finding = Finding::new(
            "tombstone_forged",
            format!("{chain} 的归档凭证不是由存证密钥签名的，或与存证不符"),
            format!(
                "The tombstone of {chain} is not signed by a key of the audit, or contradicts the roots"
            ),
        );
        finding.chain = Some(chain.to_owned());
        self.report.add(finding);
    }

    fn missing_whole(&mut self, chain: &str, parts: &[Part]) {
        for (seq, _) in places(parts).take(1_000) {
            let mut finding = Finding::new(
                "event_missing",
                format!("{chain} 的第 {seq} 个事件不见了，也没有归档凭证"),
                format!("Event {seq} of {chain} is missing, and no tombstone says where it went"),
            );
            (finding.chain, finding.seq) = (Some(chain.to_owned()), Some(seq));
            self.report.add(finding);
        }
    }
}
