//! Sheets: what opens when a button is pressed. A sheet repeats the amount and the consequence before anything is sent.

use assent_core::text::Lang;
use assent_runtime::app::{FieldFault, FormField, OfferView};
use serde::Serialize;

use super::asks::Asks;
use super::field::{Drawing, FieldModel};
use super::part::Amount;
use crate::web::form::{self, Typed};
use crate::web::words;

/// One sheet with its form.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sheet {
    pub id: String,
    pub title: String,
    pub verb: String,
    pub tone: &'static str,
    /// Icon of the button.
    pub mark: &'static str,
    pub sum: Option<Sum>,
    /// What follows.
    pub then: String,
    pub error: String,
    pub action: String,
    pub hidden: Vec<Hidden>,
    pub fields: Vec<FieldModel>,
    pub comment: Option<CommentBox>,
    /// It carries files.
    pub multipart: bool,
    /// Where a code can be asked for.
    pub code: String,
    /// Stands open because it came back with a fault.
    pub open: bool,
}

/// The amount, said again.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sum {
    pub label: String,
    pub amount: Amount,
}

/// A hidden input.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Hidden {
    pub name: &'static str,
    pub value: String,
}

/// The box for words.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CommentBox {
    pub id: String,
    pub label: String,
    pub required: bool,
    pub focus: bool,
    pub value: String,
    pub error: String,
    pub hint: String,
    pub phrases: Vec<String>,
}

/// What came back with faults: which sheet, what was typed, what was wrong.
#[derive(Clone, Debug, Default)]
pub struct Comeback {
    /// The sheet's id.
    pub sheet: String,
    pub typed: Typed,
    pub faults: Vec<FieldFault>,
    /// What was wrong with the whole.
    pub error: String,
}

/// What all sheets of a page share.
pub struct Sheets<'a> {
    pub lang: Lang,
    /// `/tasks/{instance}/{no}` or `/instances/{id}`.
    pub base: String,
    pub sum: Option<Amount>,
    pub hidden: Vec<Hidden>,
    /// The record's fields as they may be written here.
    pub form: &'a [FormField],
    pub comeback: Option<&'a Comeback>,
}

impl Sheets<'_> {
    /// The sheet of an offer.
    pub fn of(&self, offer: &OfferView) -> Sheet {
        let lang = self.lang;
        let id = sheet_id(offer);
        let comeback = self.comeback.filter(|comeback| comeback.sheet == id);
        let (tone, mark) = look(offer);
        let label = offer.label.get(lang);
        let mut sheet = Sheet {
            title: label.to_owned(),
            verb: words::say(lang, "sheet.confirm", &[("what", label)]),
            tone,
            mark,
            then: offer.consequence.get(lang).to_owned(),
            action: self.address(offer),
            hidden: self.hidden.clone(),
            error: comeback.map(|back| back.error.clone()).unwrap_or_default(),
            open: comeback.is_some(),
            fields: self.fields(offer, &id, comeback),
            comment: speaks(offer).then(|| self.comment(offer, &id, comeback)),
            id,
            ..Sheet::default()
        };
        sheet.multipart = sheet
            .fields
            .iter()
            .any(|field| matches!(field.kind, "file" | "drawn"));
        if offer.step_up {
            sheet.code = format!("{}/code", self.base);
        }
        if matches!(offer.verb, "approve" | "reject" | "outcome" | "withdraw") || offer.work {
            sheet.sum = self.sum.clone().map(|amount| Sum {
                label: amount.label.clone(),
                amount,
            });
        }
        sheet.hidden.push(Hidden {
            name: "action",
            value: sheet_id(offer),
        });
        sheet
    }

    fn address(&self, offer: &OfferView) -> String {
        let verb = match offer.verb {
            "approve" | "reject" | "outcome" => "decision",
            other => other,
        };
        format!("{}/{verb}", self.base)
    }

    fn fields(&self, offer: &OfferView, id: &str, comeback: Option<&Comeback>) -> Vec<FieldModel> {
        let drawing = Drawing {
            lang: self.lang,
            prefix: id,
            typed: comeback.map(|back| &back.typed),
            faults: comeback.map_or(&[], |back| &back.faults),
            require: &offer.require,
        };
        let decides = offer.verb == "approve" || offer.work;
        let mut fields = drawing.writable(if decides { self.form } else { &[] });
        for ask in &offer.ask {
            // A record field that the decision asks for is drawn once, with the value it has.
            let name = form::input_name(&ask.name);
            match fields.iter_mut().find(|field| field.name == name) {
                Some(known) => known.required |= ask.required,
                None => fields.push(drawing.field(ask)),
            }
        }
        let asks = Asks {
            lang: self.lang,
            id,
            comeback,
        };
        fields.extend(asks.of(offer));
        fields
    }

    fn comment(&self, offer: &OfferView, id: &str, comeback: Option<&Comeback>) -> CommentBox {
        let required = needs_words(offer);
        let key = match offer.verb {
            "reject" | "return" => "sheet.reason",
            "comment" => "sheet.words",
            "advise" => "sheet.opinion",
            "ask" => "sheet.question",
            "reply" => "sheet.answer",
            "delegate" | "add_signer" | "copy" => "sheet.tell_them",
            _ if required => "sheet.reason",
            _ => "sheet.comment",
        };
        let phrases = match offer.verb {
            "reject" | "return" => "sheet.phrases_reject",
            "approve" => "sheet.phrases_approve",
            _ => "",
        };
        CommentBox {
            id: format!("{id}-comment"),
            label: words::word(self.lang, key).to_owned(),
            required,
            focus: required,
            value: comeback
                .map(|back| back.typed.text("comment").to_owned())
                .unwrap_or_default(),
            error: comeback
                .and_then(|back| back.faults.iter().find(|fault| fault.field == "comment"))
                .map(|fault| fault.message.get(self.lang).to_owned())
                .unwrap_or_default(),
            hint: String::new(),
            phrases: if phrases.is_empty() {
                vec![]
            } else {
                words::word(self.lang, phrases)
                    .split('|')
                    .map(str::to_owned)
                    .collect()
            },
        }
    }
}

/// Must something be said with it?
pub fn needs_words(offer: &OfferView) -> bool {
    offer.reason_required || matches!(offer.verb, "reject" | "return" | "comment")
}

/// May something be said with it?
fn speaks(offer: &OfferView) -> bool {
    !matches!(offer.verb, "claim" | "read" | "urge")
}

/// The sheet's id: also what stands behind `#` in the address, and how a post names its offer.
pub fn sheet_id(offer: &OfferView) -> String {
    match offer.verb {
        "act" => format!("act-{}", offer.action),
        "outcome" => format!("outcome-{}", offer.action),
        verb => verb.to_owned(),
    }
}

/// Colour of the button and its icon.
pub fn look(offer: &OfferView) -> (&'static str, &'static str) {
    match offer.verb {
        "approve" => ("main", "check"),
        "reject" => ("solid-no", "x"),
        "return" | "give_back" | "take_back" => ("main", "undo-2"),
        "transfer" => ("main", "forward"),
        "delegate" => ("main", "user"),
        "add_signer" => ("main", "plus"),
        "remove_signer" => ("main", "user-round-x"),
        "ask" => ("main", "circle-help"),
        "advise" | "reply" => ("main", "pen-line"),
        "claim" => ("main", "hand"),
        "read" => ("main", "eye"),
        "copy" => ("main", "copy"),
        "urge" => ("main", "bell"),
        "comment" => ("main", "message-square"),
        "withdraw" | "revoke" => ("solid-no", "undo-2"),
        "retry" | "reopen" => ("main", "refresh-cw"),
        "submit" | "submit_straight_back" => ("main", "send"),
        "outcome" => ("main", "stamp"),
        _ => ("main", "check"),
    }
}
