//! Who sits at the other end: the address of the client behind the proxies that the operator trusts.
//!
//! Each trusted proxy appends to `X-Forwarded-For` the address that it was called from. So with `trusted_hops` proxies the
//! client's address is that many entries from the right; whatever stands further left was written by the client, who may
//! write anything. A request that did not pass all of them has fewer entries, and is counted by who called us.
//! An address is a member's too: it is counted under the key of the codes and written into no log.

use crate::{app::Shared, config::Config, problem::ApiError, service::addresses};
use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderName, request::Parts};
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};
use tukar_wire::Masked;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Entries of `X-Forwarded-For` that are looked at, from the right.
pub const HOPS_MAX: u8 = 16;

/// The socket's other end, as the accept loop saw it.
#[derive(Clone, Copy)]
pub struct Peer(pub SocketAddr);

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Peer").field(&Masked(self.0)).finish()
    }
}

/// Where a request came from; `None` where the operator did not say how many proxies there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client(Option<Masked<IpAddr>>);

impl Client {
    /// May this address have one more code sent to whomever it names?
    ///
    /// # Errors
    /// [`ApiError::TooMany`]; the database's.
    pub async fn may_ask_code(self, app: &Shared) -> Result<(), ApiError> {
        match self.0 {
            Some(Masked(address)) => addresses::may_ask_code(app, &network_of(address)).await,
            None => Ok(()),
        }
    }
}

impl FromRequestParts<Shared> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
        Ok(Client(peer.and_then(|peer| address_of(&app.config, peer, &parts.headers)).map(Masked)))
    }
}

fn address_of(config: &Config, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    Some(forwarded(headers, config.trusted_hops?).unwrap_or(peer).to_canonical())
}

/// The address that the outermost of `hops` proxies was called from; `None` where it wrote none.
#[must_use]
pub fn forwarded(headers: &HeaderMap, hops: u8) -> Option<IpAddr> {
    let hops = usize::from(hops.min(HOPS_MAX));
    // Several headers of one name are one list, in their order.
    let lists = headers.get_all(FORWARDED_FOR).iter().rev();
    let entries = lists.flat_map(|list| list.as_bytes().rsplit(|byte| *byte == b','));
    let entry = entries.take(hops).nth(hops.checked_sub(1)?)?;
    read_address(std::str::from_utf8(entry).ok()?.trim())
}

/// `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::7`, `[2001:db8::7]`, `[2001:db8::7]:4711`.
fn read_address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// Who has one address of IPv6 has at least the 2^64 beside it.
fn network_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn client(hops: Option<u8>, lists: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(list));
        }
        let config = Config { trusted_hops: hops, ..Config::default() };
        address_of(&config, IpAddr::from([10, 0, 0, 1]), &headers).map(|address| address.to_string())
    }

    #[test]
    fn only_what_a_trusted_proxy_wrote_is_believed() {
        let known = |hops, lists: &[&'static str]| client(Some(hops), lists).unwrap();
        // The client wrote the first entry, whatever it says; the one proxy appended the last.
        assert_eq!(known(1, &["198.51.100.9, 203.0.113.7"]), "203.0.113.7");
        assert_eq!(known(2, &["1.1.1.1, 198.51.100.9, 203.0.113.7"]), "198.51.100.9");
        // A header of the client's own before the proxy's.
        assert_eq!(known(1, &["198.51.100.9", "203.0.113.7"]), "203.0.113.7");
        assert_eq!(known(2, &["1.1.1.1,198.51.100.9", "203.0.113.7"]), "198.51.100.9");
        // Called directly, without the proxies, or past one of them: the caller is who called.
        assert_eq!(known(0, &["198.51.100.9"]), "10.0.0.1");
        assert_eq!(known(1, &[]), "10.0.0.1");
        assert_eq!(known(2, &["203.0.113.7"]), "10.0.0.1");
        assert_eq!(known(1, &["203.0.113.7, unknown"]), "10.0.0.1");
        assert_eq!(client(None, &["203.0.113.7"]), None);
    }

    #[test]
    fn an_address_is_read_with_and_without_port_and_brackets() {
        for (list, address) in [
            ("203.0.113.7:4711", "203.0.113.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("x, [2001:db8::7]:4711 ", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
        ] {
            assert_eq!(client(Some(1), &[list]).unwrap(), address);
        }
    }

    #[test]
    fn neighbours_in_one_network_of_ipv6_are_one() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2::7"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::7"), network("2001:db8:1:3::7"));
        assert_ne!(network("203.0.113.7"), network("203.0.113.8"));
        let client = Client(Some(Masked(IpAddr::from([203, 0, 113, 7]))));
        assert_eq!(format!("{client:?}"), "Client(Some(•••))");
    }
}
