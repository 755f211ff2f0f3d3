//! Who sits at the other end: the address of the client behind the proxies that the operator trusts.
//!
//! Each trusted proxy appends to `X-Forwarded-For` the address that it was called from. So with `trusted_hops` proxies the
//! client's address is that many entries from the right; whatever stands further left was written by the client, who may
//! write anything. A request that did not pass all of them has fewer entries, and is counted by who called us.
//! Where the operator did not say how many proxies there are, a client is whoever called, unless that is a proxy that was not
//! declared: all who come through it would be one ([`Proxies`]).
//! An address is a member's too: it is counted under the key of the codes and written into no log.

use crate::{app::Shared, config::Config};
use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderName, header, request::Parts};
use std::{
    collections::HashMap,
    convert::Infallible,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Mutex, PoisonError},
};
use tukar_wire::Masked;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Headers that a proxy writes.
const OF_PROXIES: [HeaderName; 4] =
    [FORWARDED_FOR, header::FORWARDED, header::VIA, HeaderName::from_static("x-real-ip")];

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

/// Where a request came from; `None` where that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client(Option<Masked<IpAddr>>);

impl Client {
    /// The client that sent a request. The same for each look at it.
    pub fn of(parts: &mut Parts, app: &Shared) -> Client {
        if let Some(known) = parts.extensions.get::<Client>() {
            return *known;
        }
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.ip().to_canonical());
        let client = Client(
            peer.and_then(|peer| address_of(&app.config, &app.proxies, peer, &parts.headers)).map(Masked),
        );
        parts.extensions.insert(client);
        client
    }

    /// The network that limits count as one: an address of IPv4, 64 bits of IPv6.
    #[must_use]
    pub fn network(self) -> Option<String> {
        self.0.map(|Masked(address)| match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => prefix(address, 4),
        })
    }

    /// The 48 bits of IPv6 that a site is given.
    #[must_use]
    pub fn wide_network(self) -> Option<String> {
        match self.0 {
            Some(Masked(IpAddr::V6(address))) => Some(prefix(address, 3)),
            _ => None,
        }
    }
}

fn prefix(address: Ipv6Addr, segments: usize) -> String {
    let mut kept = [0; 8];
    kept[..segments].copy_from_slice(&address.segments()[..segments]);
    format!("{}/{}", Ipv6Addr::from(kept), segments * 16)
}

impl FromRequestParts<Shared> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Infallible> {
        Ok(Client::of(parts, app))
    }
}

fn address_of(config: &Config, proxies: &Proxies, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    match config.trusted_hops {
        Some(0) => Some(peer),
        // Past the proxies only this machine itself may call from its own address.
        Some(hops) => {
            forwarded(headers, hops).or((!peer.is_loopback()).then_some(peer)).map(|it| it.to_canonical())
        }
        None => (!proxies.is_one(peer, headers)).then_some(peer),
    }
}

/// Callers that are known to be proxies though the settings name none: the machine itself, and whoever writes a proxy's
/// headers into most of its requests. Kept in memory, for a bounded number of callers.
#[derive(Default)]
pub struct Proxies(Mutex<Callers>);

#[derive(Default)]
struct Callers {
    seen: HashMap<IpAddr, Seen>,
    was_told: bool,
}

/// Requests of one caller, and how many of them a proxy wrote headers into.
#[derive(Clone, Copy, Default)]
struct Seen {
    requests: u32,
    forwarded: u32,
}

/// Callers that are remembered. When there are more, all are forgotten.
const CALLERS_MAX: usize = 4_096;
/// Requests before a caller is judged.
const JUDGED_FROM: u32 = 20;
/// Requests after which older ones count half.
const HALVED_AT: u32 = 1_000;

impl Proxies {
    /// Whether `peer` is a proxy that was not declared, by this request and those before it.
    fn is_one(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let is_forwarded = OF_PROXIES.iter().any(|name| headers.contains_key(name));
        // A panic while it is held leaves a whole map.
        let mut callers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.seen.len() >= CALLERS_MAX && !callers.seen.contains_key(&peer) {
            callers.seen.clear();
        }
        let seen = callers.seen.entry(peer).or_default();
        if seen.requests >= HALVED_AT {
            *seen = Seen { requests: seen.requests / 2, forwarded: seen.forwarded / 2 };
        }
        seen.requests += 1;
        seen.forwarded += u32::from(is_forwarded);
        let writes_headers = seen.requests >= JUDGED_FROM && seen.forwarded > seen.requests / 2;
        if writes_headers && !callers.was_told {
            callers.was_told = true;
            tracing::error!(
                "requests come through a proxy and trusted_hops is not set: what comes through it is not counted by network. \
                 Set trusted_hops to the number of proxies in front of this server; 0 where clients call it themselves"
            );
        }
        writes_headers || peer.is_loopback()
    }
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
        let peer = IpAddr::from([10, 0, 0, 1]);
        address_of(&config, &Proxies::default(), peer, &headers).map(|address| address.to_string())
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
        let own = |hops| {
            let config = Config { trusted_hops: Some(hops), ..Config::default() };
            address_of(&config, &Proxies::default(), IpAddr::from([127, 0, 0, 1]), &HeaderMap::new())
        };
        assert_eq!(
            (own(1), own(0)),
            (None, Some(IpAddr::from([127, 0, 0, 1]))),
            "past the proxies; directly"
        );
        // Nobody said whether there are proxies: a header alone proves none.
        assert_eq!(client(None, &["203.0.113.7"]).unwrap(), "10.0.0.1");
    }

    #[test]
    fn a_proxy_that_was_not_declared_does_not_make_all_visitors_one() {
        let (config, proxies) = (Config::default(), Proxies::default());
        let (plain, mut forwarded) = (HeaderMap::new(), HeaderMap::new());
        forwarded.insert("x-real-ip", HeaderValue::from_static("198.51.100.9"));
        let counted =
            |peer: [u8; 4], headers| address_of(&config, &proxies, IpAddr::from(peer), headers).is_some();
        let (proxy, caller) = ([203, 0, 113, 1], [203, 0, 113, 2]);
        assert!((1..JUDGED_FROM).all(|_| counted(proxy, &forwarded)), "not judged by a few requests");
        assert!(!counted(proxy, &forwarded) && !counted(proxy, &plain));
        assert!((0..100).all(|_| counted(caller, &plain)), "what another caller writes is no matter");
        assert!((0..40).all(|at| counted(caller, if at % 4 == 0 { &forwarded } else { &plain })));
        assert!(!counted([127, 0, 0, 1], &plain), "this machine's own calls");
        // Who stops writing them is a client again after a while.
        assert!((0..100).any(|_| counted(proxy, &plain)));
        // Said to call directly: whoever calls is the client.
        let direct = Config { trusted_hops: Some(0), ..Config::default() };
        assert!(address_of(&direct, &proxies, IpAddr::from(proxy), &forwarded).is_some());
        for number in 0..2 * CALLERS_MAX as u32 {
            address_of(&config, &proxies, IpAddr::from(number.to_be_bytes()), &plain);
        }
        assert!(proxies.0.lock().unwrap().seen.len() <= CALLERS_MAX);
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
        let client = |text: &str| Client(Some(Masked(text.parse().unwrap())));
        let network = |text: &str| client(text).network().unwrap();
        assert_eq!(network("2001:db8:1:2::7"), network("2001:db8:1:2:ffff::1"));
        assert_eq!(network("2001:db8:1:2::7"), "2001:db8:1:2::/64");
        assert_ne!(network("2001:db8:1:2::7"), network("2001:db8:1:3::7"));
        assert_ne!(network("203.0.113.7"), network("203.0.113.8"));
        assert_eq!(client("2001:db8:1:2::7").wide_network().unwrap(), "2001:db8:1::/48");
        assert_eq!(client("203.0.113.7").wide_network(), None);
        assert_eq!(format!("{:?}", client("203.0.113.7")), "Client(Some(•••))");
    }
}
