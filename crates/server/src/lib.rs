//! The Tukar server: the JSON API over the domain, its store, its senders and its edge.
//!
//! | word | module |
//! |---|---|
//! | what every handler shares | [`app`] |
//! | the catalogue and the programme's texts | [`catalogue`], [`programme`] |
//! | settings | [`config`] |
//! | the accept loop | [`edge`] |
//! | catalogue files: reading, generating, the demo's | [`import`], [`generate`], [`demo`] |
//! | routes, one file a noun | [`http`] |
//! | use cases, one transaction each | [`service`] |
//! | rows | [`store`] |
//! | what is due without anybody asking | [`worker`] |
//! | time, chance, the key of the codes | [`clock`], [`random`], [`secret`] |
//! | whether the machine's clock may be believed | [`trust`] |
//! | contacts, what messages say, and how numbers and dates are written | [`contact`], [`message`], [`formats`] |
//! | sites that may show the widget, which of them it sits on, and whom they vouch for | [`partner`], [`place`], [`identity`] |
//! | every refusal and failure, in the reader's language | [`problem`], [`language`] |
//! | the commands; deriving every balance again | [`run`], [`audit`] |
//! | health checks and figures | [`readiness`], [`metrics`] |
//! | e-mail, text messages, the demo's inbox | [`senders`] |
//! | QR and bar codes | [`symbols`] |

pub mod app;
pub mod audit;
pub mod catalogue;
pub mod clock;
pub mod config;
pub mod contact;
pub mod demo;
pub mod edge;
pub mod formats;
pub mod generate;
pub mod http;
pub mod identity;
pub mod import;
pub mod language;
pub mod message;
pub mod metrics;
pub mod partner;
pub mod place;
pub mod problem;
pub mod programme;
pub mod random;
pub mod readiness;
pub mod run;
pub mod secret;
pub mod senders;
pub mod service;
pub mod store;
pub mod symbols;
pub mod trust;
pub mod worker;
