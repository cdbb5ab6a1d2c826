"""Core: which network addresses a feed may lead us to.

Only addresses that the public internet routes. `ipaddress` alone is not enough: on Python 3.11 it calls NAT64, 6to4
and multicast addresses global, and an IPv4 address may hide inside an IPv6 one. The ranges are those of IANA's
special-purpose registries.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

REFUSED: tuple[tuple[str, IPv4Network | IPv6Network], ...] = tuple(
    (kind, ip_network(network))
    for kind, network in (
        ("unspecified", "0.0.0.0/8"),
        ("private", "10.0.0.0/8"),
        ("shared (carrier NAT)", "100.64.0.0/10"),
        ("loopback", "127.0.0.0/8"),
        ("cloud metadata", "169.254.169.254/32"),
        ("link-local", "169.254.0.0/16"),
        ("private", "172.16.0.0/12"),
        ("reserved", "192.0.0.0/24"),
        ("documentation", "192.0.2.0/24"),
        ("reserved", "192.88.99.0/24"),
        ("private", "192.168.0.0/16"),
        ("benchmarking", "198.18.0.0/15"),
        ("documentation", "198.51.100.0/24"),
        ("documentation", "203.0.113.0/24"),
        ("multicast", "224.0.0.0/4"),
        ("reserved", "240.0.0.0/4"),
        ("unspecified", "::/128"),
        ("loopback", "::1/128"),
        ("discard-only", "100::/64"),
        ("reserved", "2001::/23"),
        ("documentation", "2001:db8::/32"),
        ("documentation", "3fff::/20"),
        ("segment routing", "5f00::/16"),
        ("cloud metadata", "fd00:ec2::254/128"),
        ("private", "fc00::/7"),
        ("link-local", "fe80::/10"),
        ("site-local", "fec0::/10"),
        ("multicast", "ff00::/8"),
    )
)

CARRIERS: tuple[tuple[IPv6Network, int], ...] = (
    (IPv6Network("::/96"), 0),
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::ffff:0:0:0/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("64:ff9b:1::/48"), 0),
    (IPv6Network("2002::/16"), 80),
)
"""IPv6 ranges that carry an IPv4 address, and how many bits lie to the right of it."""

IPV4_MASK = 0xFFFFFFFF


def refusal(address: str) -> str:
    """Why this address may not be connected to, or "" where it may.

    >>> refusal("127.0.0.1"), refusal("64:ff9b::7f00:1"), refusal("93.184.215.14")
    ('loopback', 'loopback', '')
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "not an address"
    candidates: list[IPv4Address | IPv6Address] = [parsed]
    if isinstance(parsed, IPv6Address):
        candidates += [
            IPv4Address((int(parsed) >> shift) & IPV4_MASK) for network, shift in CARRIERS if parsed in network
        ]
    for candidate in candidates:
        for kind, network in REFUSED:
            if candidate.version == network.version and candidate in network:
                return kind
    return ""
