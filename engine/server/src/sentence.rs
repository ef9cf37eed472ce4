//! Sentences that the command line and the pages share.

use assent_core::text::Text;
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
    let votes: usize = preview.votes.iter().map(|bar| bar.voted.len()).sum();
    let (kept, cancelled, opened) = (
        preview.kept.len(),
        preview.cancelled.len(),
        preview.opened.len(),
    );
    Text::new(
        format!(
            "{} → {}；保留任务 {kept}、票数 {votes}，取消 {cancelled}，新开 {opened}，时限变化 {}，通知 {} 人",
            before.zh,
            after.zh,
            preview.deadlines.len(),
            preview.told.len()
        ),
        format!(
            "{} → {}; {kept} task(s) and {votes} vote(s) kept, {cancelled} cancelled, {opened} opened, {} deadline(s) moved, {} told",
            before.en,
            after.en,
            preview.deadlines.len(),
            preview.told.len()
        ),
    )
}
