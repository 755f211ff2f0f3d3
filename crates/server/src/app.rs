//! What every handler is given: store, settings, clock, randomness, key, senders.

use crate::http::{client::Proxies, plain::ready::Ready, shed::UnderWay};
use crate::metrics::Metrics;
use crate::{
    catalogue::CatalogueCache, clock::Clock, config::Config, partner::PartnerCache, programme::ProgrammeName,
    random::Random, readiness::Readiness, secret::CodeKey, senders::Sender, service::caps::Told,
    store::Store, trust::Trust,
};
use jiff::tz::TimeZone;
use std::sync::Arc;
use tokio::sync::{Mutex, Notify};

/// The running server.
pub struct App {
    /// Rows.
    pub store: Store,
    /// Settings.
    pub config: Arc<Config>,
    /// The programme's zone, from the settings.
    pub zone: TimeZone,
    /// Time.
    pub clock: Clock,
    /// Whether the machine's clock is believed.
    pub trust: Trust,
    /// Chance.
    pub random: Random,
    /// Key of the codes.
    pub secret: CodeKey,
    /// Senders of messages.
    pub senders: Arc<dyn Sender>,
    /// The visible catalogue, kept.
    pub catalogue: CatalogueCache,
    /// The same, ready to be shown as pages.
    pub(crate) ready: Ready,
    /// Sites that may show the widget, kept for a few seconds.
    pub partners: PartnerCache,
    /// The programme's name, kept for a few seconds.
    pub programme: ProgrammeName,
    /// Figures for the operator.
    pub metrics: Metrics,
    /// Whether members can be served, as found last.
    pub(crate) readiness: Readiness,
    /// Requests under way, counted to refuse some when there are too many.
    pub under_way: UnderWay,
    /// Proxies in front that the settings do not name.
    pub(crate) proxies: Proxies,
    /// What the operator was told about limits, and when.
    pub(crate) told: Told,
    /// Wakes the worker: a message waits.
    pub wake: Notify,
    /// Held while messages leave, so that two rounds at once don't send the same one.
    pub(crate) sending: Mutex<()>,
}

/// How handlers hold it.
pub type Shared = Arc<App>;

impl App {
    /// Puts the parts together.
    ///
    /// # Errors
    /// A time zone that does not exist.
    pub fn new(
        store: Store,
        config: Config,
        (clock, random): (Clock, Random),
        (secret, senders): (CodeKey, Arc<dyn Sender>),
    ) -> anyhow::Result<Shared> {
        let zone = TimeZone::get(&config.programme.time_zone)?;
        Ok(Arc::new(App {
            store,
            config: Arc::new(config),
            zone,
            clock,
            trust: Trust::default(),
            random,
            secret,
            senders,
            catalogue: CatalogueCache::default(),
            ready: Ready::default(),
            partners: PartnerCache::default(),
            programme: ProgrammeName::default(),
            metrics: Metrics::default(),
            readiness: Readiness::default(),
            under_way: UnderWay::default(),
            proxies: Proxies::default(),
            told: Told::default(),
            wake: Notify::new(),
            sending: Mutex::new(()),
        }))
    }
}
