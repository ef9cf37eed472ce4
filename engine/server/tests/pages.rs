//! Every page, rendered from made-up views, in both languages: rules of accessibility, size and safety that hold for all of them.
//! With `ASSENT_PICTURES=<folder>` the pages are written there, to be looked at.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "pictures/draw.rs"]
mod draw;
#[path = "pictures/records.rs"]
mod records;
#[path = "pictures/views.rs"]
mod views;

use assent_core::text::Lang;

const PAGE_BYTES_MAX: usize = 50 * 1024;

#[tokio::test]
async fn every_page_keeps_the_rules() {
    let site = draw::site().await;
    let mut broken = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        for drawn in draw::all(&site, lang) {
            for fault in faults(&drawn.html, lang) {
                broken.push(format!("{}: {fault}", drawn.name));
            }
            keep(&drawn);
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

fn keep(drawn: &draw::Drawn) {
    let Some(folder) = std::env::var_os("ASSENT_PICTURES") else {
        return;
    };
    let html = drawn
        .html
        .replace(assent_server::web::assets::css_href(), "app.css")
        .replace(assent_server::web::assets::js_href(), "app.js");
    let folder = std::path::PathBuf::from(folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{}.html", drawn.name)), html).unwrap();
}

fn faults(html: &str, lang: Lang) -> Vec<String> {
    let mut found = Vec::new();
    let mut rule = |holds: bool, words: String| {
        if !holds {
            found.push(words);
        }
    };
    rule(
        html.len() <= PAGE_BYTES_MAX,
        format!("{} bytes", html.len()),
    );
    rule(
        html.contains(&format!("<html lang=\"{}\"", lang.tag())),
        "no lang".into(),
    );
    rule(
        html.matches("<h1").count() == 1,
        format!("{} h1", html.matches("<h1").count()),
    );
    rule(html.matches("<main").count() == 1, "not one main".into());
    rule(
        !html.contains(" style=") && !html.contains("<style"),
        "inline style".into(),
    );
    rule(
        !html.contains(" onclick") && !html.contains("javascript:"),
        "inline script".into(),
    );
    for script in html.split("<script").skip(1) {
        rule(
            script
                .split("</script>")
                .next()
                .is_some_and(|script| script.ends_with('>')),
            "a script with text".into(),
        );
    }
    for form in html.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap_or_default();
        let posts = form.contains("method=\"post\"");
        let look = form.contains("action=\"/language\"");
        rule(
            !posts || look || form.contains("name=\"csrf\""),
            format!("a form without csrf: {}", &form[..60.min(form.len())]),
        );
    }
    let ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    for pair in sorted.windows(2) {
        rule(pair[0] != pair[1], format!("id {} twice", pair[0]));
    }
    for label in html
        .split("<label for=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        rule(ids.contains(&label), format!("label for nothing: {label}"));
    }
    for kind in ["<input", "<select", "<textarea"] {
        for control in html
            .split(kind)
            .skip(1)
            .filter_map(|rest| rest.split('>').next())
        {
            let inside_label =
                control.contains("type=\"radio\"") || control.contains("type=\"checkbox\"");
            let named = control.contains("aria-label=")
                || inside_label
                || control.contains("type=\"hidden\"")
                || control
                    .split(" id=\"")
                    .nth(1)
                    .and_then(|rest| rest.split('"').next())
                    .is_some_and(|id| html.contains(&format!("for=\"{id}\"")));
            rule(named, format!("a control without a name: {kind}{control}"));
        }
    }
    for described in html
        .split("aria-describedby=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        rule(
            ids.contains(&described),
            format!("described by nothing: {described}"),
        );
    }
    if lang == Lang::En {
        let words = html.contains("登录<")
            || html.contains(">提交<")
            || html.contains(">同意<")
            || html.contains("选填");
        rule(!words, "Chinese words on an English page".into());
    }
    found
}
