//! Sentences that the command line and the pages share.

use assent_core::migrate::Preview;
use assent_core::text::{Text, counted};
use assent_runtime::app::MigrationRow;

/// What migrating does to one instance, in one line.
pub(crate) fn migration(row: &MigrationRow) -> Text {
    if let Some(refused) = &row.refused {
        return refused.message.clone();
    }
    let Some(preview) = &row.preview else {
        return Text::default();
    };
    let names = |places: &[assent_core::migrate::Place]| {
        let zh: Vec<&str> = places.iter().map(|place| place.name.zh.as_str()).collect();
        let en: Vec<&str> = places.iter().map(|place| place.name.en.as_str()).collect();
        Text::new(zh.join("、"), en.join(", "))
    };
    let (before, after) = (names(&preview.before), names(&preview.after));
    let after = match &preview.ends {
        Some(how) => Text::same(how),
        None => after,
    };
    let parts = parts(preview);
    let listed = |said: fn(&Text) -> &str, comma: &str| {
        let parts: Vec<&str> = parts.iter().map(said).collect();
        parts.join(comma)
    };
    let (zh, en) = (listed(|it| &it.zh, "，"), listed(|it| &it.en, ", "));
    if parts.is_empty() {
        return Text::new(
            format!("{} → {}", before.zh, after.zh),
            format!("{} → {}", before.en, after.en),
        );
    }
    Text::new(
        format!("{} → {}；{zh}", before.zh, after.zh),
        format!("{} → {}; {en}", before.en, after.en),
    )
}

/// What is kept, ends, begins, moves, and who is told; what there is none of is not mentioned.
fn parts(preview: &Preview) -> Vec<Text> {
    let votes: usize = preview.votes.iter().map(|bar| bar.voted.len()).sum();
    let of = |n: usize, zh: &str, one: &str, verb: &str| {
        let counted = counted(u64::try_from(n).unwrap_or(u64::MAX), one);
        (n > 0).then(|| Text::new(format!("{zh} {n}"), format!("{counted} {verb}")))
    };
    let parts = [
        of(preview.kept.len(), "保留任务", "task", "kept"),
        of(votes, "保留票数", "vote", "kept"),
        of(preview.cancelled.len(), "取消任务", "task", "cancelled"),
        of(preview.opened.len(), "新开任务", "task", "opened"),
        of(preview.deadlines.len(), "时限变化", "deadline", "moved"),
    ];
    let told = preview.told.len();
    let told = (told > 0).then(|| Text::new(format!("通知 {told} 人"), format!("{told} told")));
    parts.into_iter().flatten().chain(told).collect()
}
