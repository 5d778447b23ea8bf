//! Where a request comes from, and the limit by that.

use super::{Limits, Networks};
use crate::clock::Clock;
use crate::problem::{Kind, Problem};
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpRequest, web};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// What reverse proxies add their client's address to, each at the end.
const FORWARDED: &str = "x-forwarded-for";

/// The address that a request is counted under, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(pub Option<IpAddr>);

impl Address {
    fn of(headers: &HeaderMap, peer: Option<SocketAddr>, trusted: &Networks) -> Self {
        let Some(mut address) = peer.map(|peer| peer.ip().to_canonical()) else {
            return Self(None);
        };
        // From the nearest on: what a trusted proxy added is true, what stands before it is hearsay.
        let said: Vec<&str> = headers
            .get_all(FORWARDED)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        for client in said.into_iter().rev() {
            if !trusted.hold(address) {
                break;
            }
            let Some(client) = read(client.trim()) else {
                break;
            };
            address = client;
        }
        Self(Some(one_household(address)))
    }
}

/// With or without a port.
fn read(text: &str) -> Option<IpAddr> {
    let bare = || text.trim_matches(['[', ']']).parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    bare().or_else(with_port).map(|address| address.to_canonical())
}

/// Whoever has one address of IPv6 has the 2^64 beside it, too.
fn one_household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        address => address,
    }
}

impl FromRequest for Address {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let limit = request.app_data::<web::Data<AddressLimit>>();
        let none = Networks::default();
        let trusted = limit.map_or(&none, |limit| &limit.trusted_proxies);
        ready(Ok(Self::of(request.headers(), request.peer_addr(), trusted)))
    }
}

/// What the limit by address needs to know.
#[derive(Clone, Debug)]
pub struct AddressLimit {
    /// Recent requests.
    pub limits: Arc<Limits>,
    /// Whose word on where a request comes from is taken.
    pub trusted_proxies: Networks,
    /// The time.
    pub clock: Clock,
}

/// Refuses what comes too often from one address.
pub async fn limit<B: MessageBody + 'static>(
    limit: web::Data<AddressLimit>,
    address: Address,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let address = address.0.filter(|_| request.path().starts_with("/v1/"));
    let now = limit.clock.elapsed();
    match address.map_or(Ok(()), |address| limit.limits.addresses.take(address, now)) {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(seconds) => {
            let problem = Problem::new(Kind::RateLimited).retry_after_seconds(seconds);
            Ok(request.error_response(problem).map_into_right_body())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn address(peer: &str, said: &[&str], trusted: &str) -> String {
        let mut headers = HeaderMap::new();
        for value in said {
            let value = HeaderValue::from_str(value).expect("a header");
            headers.append(HeaderName::from_static(FORWARDED), value);
        }
        let peer = SocketAddr::new(peer.parse().expect("an address"), 4000);
        let trusted = trusted.parse().expect("networks");
        Address::of(&headers, Some(peer), &trusted).0.expect("an address").to_string()
    }

    #[test]
    fn a_header_counts_only_where_a_trusted_proxy_wrote_it() {
        assert_eq!(address("9.9.9.9", &["1.2.3.4"], ""), "9.9.9.9");
        assert_eq!(address("9.9.9.9", &["1.2.3.4"], "10.0.0.0/8"), "9.9.9.9");
        assert_eq!(address("10.0.0.1", &["1.2.3.4"], "10.0.0.0/8"), "1.2.3.4");
        // The client made up the first; the proxies added the others.
        let chain = ["6.6.6.6, 1.2.3.4", "10.0.0.7"];
        assert_eq!(address("10.0.0.1", &chain, "10.0.0.0/8"), "1.2.3.4");
        assert_eq!(address("10.0.0.1", &["1.2.3.4", "nonsense"], "10.0.0.0/8"), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &[], "10.0.0.0/8"), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &["1.2.3.4:5678"], "10.0.0.0/8"), "1.2.3.4");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        assert_eq!(address("2001:db8:1:2:3:4:5:6", &[], ""), "2001:db8:1:2::");
        assert_eq!(address("::1", &["[2001:db8::7]:80"], "::1"), "2001:db8::");
        assert_eq!(address("::ffff:9.9.9.9", &[], ""), "9.9.9.9");
    }
}
