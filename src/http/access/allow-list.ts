import { BlockList, isIP } from 'node:net';
import { OptionsError, shown } from '../../core/errors.js';

const EXPECTED =
  'an address or a range such as "10.0.0.7", "10.0.0.0/8" or "fd00::/8"';

type Family = 'ipv4' | 'ipv6';

/** The address families by the result of Node's `isIP()`. */
const FAMILIES: Readonly<Record<number, Family>> = { 4: 'ipv4', 6: 'ipv6' };

/** The bits of an address. */
const BITS: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

interface AddressRange {
  readonly address: string;
  readonly bits: number;
  readonly family: Family;
}

/** Allowed addresses and ranges (CIDR, RFC 4632 and RFC 4291, section 2.3). */
export class AllowList {
  private readonly addresses = new BlockList();

  /** @throws {OptionsError} naming the option and the entry that is malformed. */
  constructor(entries: unknown, option: string) {
    if (!Array.isArray(entries) || entries.length === 0) {
      throw new OptionsError(
        `${option} is ${shown(entries)}; expected an array of at least one: ${EXPECTED}`,
      );
    }
    for (const [i, entry] of entries.entries()) {
      const range = parseRange(entry);
      if (range === undefined) {
        throw new OptionsError(
          `${option}[${i}] is ${shown(entry)}; expected ${EXPECTED}`,
        );
      }
      this.addresses.addSubnet(range.address, range.bits, range.family);
    }
  }

  /**
   * Entries for IPv4 also match clients on a socket for both families, such as
   * `::ffff:10.0.0.7`. A client without an address, as on a Unix socket, never matches.
   */
  has(client: string | undefined): boolean {
    // Without the zone of a link-local address, which names the network interface.
    const [address = ''] = (client ?? '').split('%', 1);
    const family = FAMILIES[isIP(address)];
    return family !== undefined && this.addresses.check(address, family);
  }
}

function parseRange(entry: unknown): AddressRange | undefined {
  if (typeof entry !== 'string' || entry.includes('%')) return undefined;
  const [address = '', prefix, ...more] = entry.split('/');
  const family = FAMILIES[isIP(address)];
  if (family === undefined || more.length > 0) return undefined;
  if (prefix !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefix)) {
    return undefined;
  }
  const bits = prefix === undefined ? BITS[family] : Number(prefix);
  return bits > BITS[family] ? undefined : { address, bits, family };
}
