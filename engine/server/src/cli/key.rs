//! `assent key`: the key that signs audit roots.

use assent_core::text::Text;
use assent_runtime::audit::KeyRing;

use super::{ConfigArgs, Done, Outcome, Say};
use crate::config;

/// `assent key show|rotate`
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Print the id and the public key, for auditors to keep. 显示公钥
    Show(ConfigArgs),
    /// Put a new key above the old one; from the next start on it signs. 更换密钥
    Rotate(ConfigArgs),
}

/// Shows or rotates; the secret key is never printed.
pub fn run(verb: &Verb, say: Say) -> Done {
    let (Verb::Show(args) | Verb::Rotate(args)) = verb;
    let config = config::load(args.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let ring = match verb {
        Verb::Show(_) => KeyRing::known(&config.audit_key()).map_err(|error| error.message())?,
        Verb::Rotate(_) if config.audit.key.is_some() => {
            return Err(Text::new(
                "密钥来自 audit.key：请在其第一行之上加入新密钥，旧密钥留在下面。",
                "The key comes from audit.key: put the new key in a line above the old one there.",
            ));
        }
        Verb::Rotate(_) => {
            Some(KeyRing::rotate(&config.audit.key_file).map_err(|error| error.message())?)
        }
    };
    let Some(ring) = ring else {
        return Err(Text::new(
            format!(
                "还没有密钥 {}；首次启动服务或运行 assent seal 时生成。",
                config.audit.key_file.display()
            ),
            format!(
                "There is no key {} yet; the first start of the server, or assent seal, makes it.",
                config.audit.key_file.display()
            ),
        ));
    };
    say.line(format!("{}  {}", ring.id(), ring.public()));
    if matches!(verb, Verb::Rotate(_)) {
        say.words(
            "新密钥已写在旧密钥之上。重启服务后生效，由旧密钥背书；请把新的公钥交给审计人员。",
            "The new key stands above the old one. It signs after the next start, endorsed by the old one; give its public part to your auditors.",
        );
    }
    Ok(Outcome::Good)
}
