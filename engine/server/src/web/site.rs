//! What all requests share.

use std::net::IpAddr;
use std::sync::Arc;

use assent_runtime::app::{App, AppError, Secret};
use metrics_exporter_prometheus::PrometheusHandle;

use super::guard::rate::Rate;
use super::templates::Templates;
use crate::config::Config;

/// What all requests share.
pub struct Site {
    pub app: App,
    pub config: Config,
    pub templates: Templates,
    pub rate: Rate,
    /// Sign-in by one click, in the demo only.
    pub demo: Option<Demo>,
    pub prometheus: Option<PrometheusHandle>,
    /// Cookies are `Secure` and `__Host-`: people come over https.
    pub secure: bool,
    /// Origins whose posts are accepted.
    pub origins: Vec<String>,
}

/// The demo: who can be played, and the key that its links carry.
pub struct Demo {
    /// In the printed links; anew at every start.
    pub key: Secret,
    pub personas: Vec<Persona>,
}

impl Demo {
    /// Those who have a part in the story.
    pub fn shown(&self) -> impl Iterator<Item = &Persona> {
        let personas = self.personas.iter();
        personas.filter(|persona| !persona.part.zh.is_empty())
    }
}

/// Somebody to play.
#[derive(Debug)]
pub struct Persona {
    pub person: String,
    /// What they do in the demo.
    pub part: assent_core::text::Text,
    /// Random, known to this server only.
    pub password: Secret,
    /// Set once the account has that password: at the first click, because hashing takes its time.
    set: tokio::sync::OnceCell<()>,
}

impl Persona {
    /// Somebody with a random password.
    pub fn new(person: &str, part: assent_core::text::Text, password: Secret) -> Self {
        Self {
            person: person.to_owned(),
            part,
            password,
            set: tokio::sync::OnceCell::new(),
        }
    }

    /// Gives the account its password, once.
    ///
    /// # Errors
    /// As `App::set_password`.
    pub async fn ready(&self, app: &App) -> Result<(), AppError> {
        let set = || async { app.set_password(&self.person, &self.password).await };
        self.set.get_or_try_init(set).await.map(|_| ())
    }
}

impl Site {
    /// A site around an app.
    ///
    /// # Errors
    /// When a template does not parse: the program is broken.
    pub fn new(
        app: App,
        config: Config,
        demo: Option<Demo>,
    ) -> Result<Arc<Self>, handlebars::TemplateError> {
        let base = config.base_url();
        let secure = base.starts_with("https://");
        let mut origins = vec![base.clone()];
        if config.on_loopback() {
            // People type either name for their own machine, and a test browser may use either.
            let port = config.server.listen.port();
            origins.extend([
                format!("http://localhost:{port}"),
                format!("http://127.0.0.1:{port}"),
                format!("http://[::1]:{port}"),
            ]);
        }
        Ok(Arc::new(Self {
            rate: Rate::default(),
            templates: Templates::new()?,
            app,
            demo,
            prometheus: None,
            secure,
            origins,
            config,
        }))
    }

    /// The same with figures to show at `/metrics`.
    #[must_use]
    pub fn with_prometheus(mut self: Arc<Self>, handle: PrometheusHandle) -> Arc<Self> {
        if let Some(site) = Arc::get_mut(&mut self) {
            site.prometheus = Some(handle);
        }
        self
    }

    /// May this address read the figures?
    pub fn may_read_metrics(&self, address: IpAddr, forwarded: bool) -> bool {
        use crate::config::MetricsFor;
        match self.config.server.metrics {
            MetricsFor::All => true,
            MetricsFor::Off => false,
            MetricsFor::Loopback => address.is_loopback() && !forwarded,
        }
    }
}
