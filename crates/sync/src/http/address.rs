//! Where a centre or a hub is spoken to.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use ureq::http::Uri;
use ureq::http::uri::Scheme;

/// `https://host[:port][/path]`. Without TLS only inside the shop: this machine, a private network, a `.local`
/// name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// Without a slash at the end.
    base: String,
}

/// Why an address is none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadAddress {
    #[error("not an address: {0:?} (expected something like https://pusat.example)")]
    NotAnAddress(String),
    #[error("{0:?} is neither https nor http")]
    Scheme(String),
    #[error("{0:?} is not in this shop: a centre elsewhere is spoken to by https alone")]
    NotSecret(String),
    #[error("{0:?} holds more than a host, a port and a path")]
    TooMuch(String),
}

impl Address {
    /// The whole address of a request's path.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    /// A host alone means https.
    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let text = text.trim();
        let bad = || BadAddress::NotAnAddress(text.to_owned());
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let uri: Uri = whole.parse().map_err(|_| bad())?;
        let scheme = uri.scheme().ok_or_else(bad)?;
        let authority = uri.authority().ok_or_else(bad)?;
        let host = authority.host();
        if host.is_empty() {
            return Err(bad());
        }
        if *scheme != Scheme::HTTPS && *scheme != Scheme::HTTP {
            return Err(BadAddress::Scheme(text.to_owned()));
        }
        if *scheme == Scheme::HTTP && !is_near(host) {
            return Err(BadAddress::NotSecret(text.to_owned()));
        }
        if authority.as_str().contains('@') || uri.query().is_some() || whole.contains('#') {
            return Err(BadAddress::TooMuch(text.to_owned()));
        }
        let path = uri.path().trim_end_matches('/');
        Ok(Self { base: format!("{scheme}://{authority}{path}") })
    }
}

/// A place that only this machine or this shop's network reaches.
fn is_near(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => {
            let host = host.to_ascii_lowercase();
            host == "localhost" || host.rsplit_once('.').is_some_and(|(_, last)| last == "local")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed() {
        for (typed, whole) in [
            ("pusat.example", "https://pusat.example/v1/sync"),
            (" https://pusat.example/ ", "https://pusat.example/v1/sync"),
            ("https://pusat.example:8443/kdmp/", "https://pusat.example:8443/kdmp/v1/sync"),
            ("http://192.168.1.7:4700", "http://192.168.1.7:4700/v1/sync"),
            ("http://[::1]:4700", "http://[::1]:4700/v1/sync"),
            ("http://kasir-1.local:4700", "http://kasir-1.local:4700/v1/sync"),
        ] {
            let address: Address = typed.parse().unwrap();
            assert_eq!(address.join("/v1/sync"), whole);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let named = |text: &str| text.parse::<Address>().unwrap_err();
        for nothing in ["", "https://", "a b", "https:///v1"] {
            assert!(matches!(named(nothing), BadAddress::NotAnAddress(_)), "{nothing}");
        }
        assert!(matches!(named("ftp://pusat.example"), BadAddress::Scheme(_)));
        for open in ["http://pusat.example", "http://8.8.8.8", "http://local", "http://127.0.0.1.example"] {
            assert!(matches!(named(open), BadAddress::NotSecret(_)), "{open}");
        }
        for more in ["https://a:b@pusat.example", "https://pusat.example/?a=1", "https://pusat.example/#a"] {
            assert!(matches!(named(more), BadAddress::TooMuch(_)), "{more}");
        }
    }
}
