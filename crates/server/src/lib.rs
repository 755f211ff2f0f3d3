//! The Tukar server: the JSON API over the domain, its store, its senders and its edge.
//!
//! | word | module |
//! |---|---|
//! | the catalogue and the programme's texts | [`catalogue`] |
//! | settings | [`config`] |
//! | routes, one file a noun | [`http`] |
//! | every refusal and failure, in the reader's language | [`problem`], [`language`] |
//! | e-mail, text messages, the demo's inbox | [`senders`] |

pub mod catalogue;
pub mod config;
pub mod demo;
pub mod edge;
pub mod generate;
pub mod http;
pub mod import;
pub mod language;
pub mod problem;
pub mod senders;
pub mod symbols;

pub mod store {
    //! rows
    pub mod rewards;
}
