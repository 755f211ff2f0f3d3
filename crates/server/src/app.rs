//! What every handler is given: store, settings, clock, randomness, key, senders.

use crate::http::{client::Proxies, plain::ready::Ready, shed::UnderWay};
use crate::metrics::Metrics;
use crate::{
    catalogue::CatalogueCache, clock::Clock, config::Config, partner::PartnerCache, random::Random,
    secret::CodeKey, senders::Sender, service::caps::Told, store::Store,
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
    /// Chance.
    pub random: Random,
    /// Key of the codes.
    pub secret: CodeKey,
    /// Ways out of the building.
    pub senders: Arc<dyn Sender>,
    /// The visible catalogue, kept.
    pub catalogue: CatalogueCache,
    /// The same, ready to be shown as pages.
    pub(crate) ready: Ready,
    /// Sites that may show the widget, kept for a few seconds.
    pub partners: PartnerCache,
    /// Figures for the operator.
    pub metrics: Metrics,
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
            random,
            secret,
            senders,
            catalogue: CatalogueCache::default(),
            ready: Ready::default(),
            partners: PartnerCache::default(),
            metrics: Metrics::default(),
            under_way: UnderWay::default(),
            proxies: Proxies::default(),
            told: Told::default(),
            wake: Notify::new(),
            sending: Mutex::new(()),
        }))
    }
}
