import { BlockList, isIP } from 'node:net';

/**
 * Networks that are not the internet: what answers there is ours, or somebody's inner network. IANA's registries of
 * special-purpose addresses have them.
 */
const notPublic: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Parts of the public range of IPv6 that lead elsewhere: tunnels that carry an IPv4 address, documentation, tests. */
const notPublic6: readonly string[] = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const listOf = (networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const each of networks) {
    const [network = '', bits] = each.split('/');
    list.addSubnet(network, Number(bits), family);
  }
  return list;
};

const refused = listOf(notPublic, 'ipv4');
const refused6 = listOf(notPublic6, 'ipv6');
/** The range of IPv6 from which public addresses are given out: everything outside is refused, mapped IPv4 as well. */
const given6 = listOf(['2000::/3'], 'ipv6');

/** Whether an address, as a resolver writes it, is one of the internet. A text that is no address is none. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !refused.check(address, 'ipv4');
    case 6:
      return !address.includes('%') && given6.check(address, 'ipv6') && !refused6.check(address, 'ipv6');
    default:
      return false;
  }
}
