//! Addresses and networks, as settings name them.

use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Addresses and networks; none at first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Whether an address lies in one of them.
    pub fn hold(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// `10.0.0.2, 192.168.0.0/16, ::1`; the error is the part that is none of these.
impl FromStr for Networks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| match part.contains('/') {
            true => part.parse().ok(),
            false => part.parse().ok().map(|address: IpAddr| address.into()),
        };
        parts
            .map(|part| network(part).ok_or_else(|| part.to_owned()))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_lies_in_the_networks_that_were_named() {
        let networks: Networks =
            "10.0.0.2, 192.168.0.0/16,2001:db8::/32 ,".parse().expect("networks");
        for (address, is_held) in [
            ("10.0.0.2", true),
            ("10.0.0.3", false),
            ("192.168.255.1", true),
            ("192.169.0.1", false),
            ("::ffff:10.0.0.2", true),
            ("2001:db8:1::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(networks.hold(address.parse().expect("an address")), is_held, "{address}");
        }
        let everywhere: Networks = "0.0.0.0/0".parse().expect("a network");
        assert!(everywhere.hold([1, 2, 3, 4].into()));
        assert!(!Networks::default().hold([127, 0, 0, 1].into()));
        assert_eq!(networks.to_string().parse(), Ok(networks));
        for wrong in ["10.0.0.256", "10.0.0.0/33", "proxy.example", "10.0.0.0/x"] {
            assert_eq!(format!("::1,{wrong}").parse::<Networks>(), Err(wrong.to_owned()));
        }
    }
}
