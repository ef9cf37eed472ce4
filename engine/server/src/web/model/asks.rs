//! What a sheet asks for besides the record's fields: people, a place, a signature, the password, files.

use assent_core::text::Lang;
use assent_runtime::app::{FormOption, OfferView};

use super::field::{FieldModel, OptionModel};
use super::sheet::Comeback;
use crate::web::words;

/// Boxes for people where several may be named.
const SEVERAL: usize = 3;
/// Most characters of a typed name.
const NAME_CHARS_MAX: usize = 120;

/// Draws the inputs of one sheet.
pub struct Asks<'a> {
    pub lang: Lang,
    /// The sheet's id: keeps ids of inputs apart.
    pub id: &'a str,
    pub comeback: Option<&'a Comeback>,
}

impl Asks<'_> {
    /// What the verb asks for.
    pub fn of(&self, offer: &OfferView) -> Vec<FieldModel> {
        let mut fields = match offer.verb {
            "transfer" => vec![self.person("to", "sheet.to_whom", true)],
            "delegate" => vec![self.person("to", "sheet.delegate_to", true)],
            "add_signer" => vec![
                self.person("to", "sheet.signer", true),
                self.place(),
                self.part(),
            ],
            "remove_signer" => vec![self.pick("to", "sheet.remove_whom", &offer.targets)],
            "return" if offer.targets.len() > 1 => {
                vec![self.pick("to", "sheet.to_where", &offer.targets)]
            }
            "ask" => vec![FieldModel {
                hint: words::word(self.lang, "sheet.ask_hint").to_owned(),
                ..self.person("to", "sheet.ask_whom", false)
            }],
            "copy" => self.people("to", "sheet.copy_to", true),
            "comment" => {
                let mut fields = self.people("mention", "sheet.mention", false);
                fields.push(self.files());
                fields
            }
            _ => vec![],
        };
        fields.extend(self.signature(offer));
        if offer.step_up {
            fields.push(self.proof());
        }
        fields
    }

    fn typed(&self, name: &str, at: usize) -> String {
        let typed = self.comeback.map(|back| back.typed.each(name));
        let value = typed.and_then(|typed| typed.get(at).map(|value| (*value).to_owned()));
        value.unwrap_or_default()
    }

    fn error(&self, name: &str) -> String {
        self.comeback
            .and_then(|back| back.faults.iter().find(|fault| fault.field == name))
            .map(|fault| fault.message.get(self.lang).to_owned())
            .unwrap_or_default()
    }

    fn field(&self, name: &str, label: &str, kind: &'static str) -> FieldModel {
        FieldModel {
            id: format!("{}-{name}", self.id),
            name: name.to_owned(),
            label: words::word(self.lang, label).to_owned(),
            kind,
            value: self.typed(name, 0),
            error: self.error(name),
            max: NAME_CHARS_MAX,
            ..FieldModel::default()
        }
    }

    fn person(&self, name: &str, label: &str, required: bool) -> FieldModel {
        FieldModel {
            required,
            list: "people".to_owned(),
            ..self.field(name, label, "text")
        }
    }

    fn people(&self, name: &str, label: &str, required: bool) -> Vec<FieldModel> {
        (0..SEVERAL)
            .map(|at| FieldModel {
                id: format!("{}-{name}{at}", self.id),
                label: words::say(self.lang, label, &[("n", &(at + 1).to_string())]),
                value: self.typed(name, at),
                error: if at == 0 {
                    self.error(name)
                } else {
                    String::new()
                },
                ..self.person(name, label, required && at == 0)
            })
            .collect()
    }

    fn place(&self) -> FieldModel {
        let places = ["before", "alongside", "after"];
        self.radio("place", "sheet.place", &places, "alongside")
    }

    fn part(&self) -> FieldModel {
        self.radio("role", "sheet.part", &["voter", "adviser"], "voter")
    }

    /// Ids are also keys of words: `sheet.<name>_<id>`.
    fn radio(&self, name: &str, label: &str, ids: &[&str], usual: &str) -> FieldModel {
        let mut field = self.field(name, label, "radio");
        let chosen = if field.value.is_empty() {
            usual
        } else {
            &field.value
        };
        let options = ids.iter().map(|id| OptionModel {
            id: (*id).to_owned(),
            label: words::word(self.lang, &format!("sheet.{name}_{id}")).to_owned(),
            on: *id == chosen,
            ..OptionModel::default()
        });
        field.options = options.collect();
        (field.group, field.required) = (true, true);
        field
    }

    /// A choice among what the engine offers.
    fn pick(&self, name: &str, label: &str, options: &[FormOption]) -> FieldModel {
        let mut field = self.field(name, label, "select");
        field.required = true;
        field.options = options
            .iter()
            .map(|option| OptionModel {
                id: option.id.clone(),
                label: option.name.get(self.lang).to_owned(),
                on: option.id == field.value || options.len() == 1,
                ..OptionModel::default()
            })
            .collect();
        field
    }

    fn files(&self) -> FieldModel {
        FieldModel {
            hint: words::say(self.lang, "form.file_size", &[("mb", "20")]),
            ..self.field("files", "sheet.files", "file")
        }
    }

    fn signature(&self, offer: &OfferView) -> Option<FieldModel> {
        match offer.signature? {
            "typed" => Some(FieldModel {
                required: true,
                hint: words::word(self.lang, "sheet.sign_typed").to_owned(),
                ..self.field("signature", "sheet.signature", "text")
            }),
            _ => Some(FieldModel {
                required: true,
                wide: true,
                accept: "image/png,image/jpeg".to_owned(),
                hint: words::word(self.lang, "sheet.sign_drawn").to_owned(),
                ..self.field("signature", "sheet.signature", "drawn")
            }),
        }
    }

    fn proof(&self) -> FieldModel {
        FieldModel {
            required: true,
            // What was typed as a password is never written back into a page.
            value: String::new(),
            hint: words::word(self.lang, "sheet.proof_hint").to_owned(),
            ..self.field("proof", "sheet.proof", "proof")
        }
    }
}
