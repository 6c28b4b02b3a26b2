import { describe, expect, test } from 'vitest'
import { chooseSubnet, findOverlap, networkSubnets, overlapMessage } from './choose-subnet.ts'
import { parseBsdRoutes, parseLinuxRoutes, parseWindowsRoutes } from './host-subnets.ts'
import { formatCidr, parseCidr } from './ipv4.ts'

const used = (...ranges: string[]) => networkSubnets([{ id: '1', name: 'other', subnets: ranges, labels: {} }])

describe('choosing a subnet', () => {
  test('starts at random and passes over what is used', () => {
    expect(chooseSubnet([], () => 0)).toBe('10.60.0.0/16')
    expect(chooseSubnet([], () => 0.999)).toBe('10.249.0.0/16')
    expect(chooseSubnet(used('10.60.4.0/24', '10.61.0.0/16'), () => 0)).toBe('10.62.0.0/16')
    expect(chooseSubnet(used('10.64.0.0/10', '10.249.0.0/16'), () => 0.999)).toBe('10.60.0.0/16')
  })

  test('a VPN that takes all of 10.0.0.0/8 leaves other private ranges', () => {
    expect(chooseSubnet(used('10.0.0.0/8'), () => 0)).toBe('172.16.0.0/16')
    expect(chooseSubnet(used('10.0.0.0/8', '172.16.0.0/12'), () => 0)).toBe('100.64.0.0/16')
    expect(chooseSubnet(used('10.0.0.0/8', '172.16.0.0/12', '100.64.0.0/10', '198.0.0.0/8'), () => 0)).toBeUndefined()
  })

  test('a route for everything is no claim', () => {
    expect(chooseSubnet(used('0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1'), () => 0)).toBe('10.60.0.0/16')
  })

  test('an overlap is told with its user and the fix', () => {
    const cidr = parseCidr('10.77.0.0/16')
    const other = cidr && findOverlap(cidr, used('10.76.0.0/14'))
    expect(other && overlapMessage('dev', '10.77.0.0/16', other)).toBe(
      'The network of cluster "dev" (10.77.0.0/16) overlaps 10.76.0.0/14 of the Docker network other: connections to ' +
        'its pods may go astray. Disconnect the other network, or recreate the cluster (slipway delete dev, slipway up ' +
        'dev), which then picks a free range.',
    )
  })
})

describe('routes of the machine', () => {
  const text = (routes: ReturnType<typeof parseLinuxRoutes>) =>
    routes.map(({ cidr, user }) => `${formatCidr(cidr)} ${user}`)

  test('Linux', () => {
    const file = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
tun0\t0000080A\t00000000\t0001\t0\t0\t0\t0000F8FF\t0\t0\t0
`
    expect(text(parseLinuxRoutes(file))).toEqual([
      '172.17.0.0/16 a route through docker0',
      '10.8.0.0/13 a route through tun0',
    ])
  })

  test('macOS', () => {
    const output = `Destination        Gateway            Flags           Netif Expire
default            192.168.1.1        UGScg             en0
10.8/13            link#20            UCS               utun3
127                127.0.0.1          UCS               lo0
192.168.1.64       link#4             UHLWI             en0
`
    expect(text(parseBsdRoutes(output))).toEqual([
      '10.8.0.0/13 a route through utun3',
      '192.168.1.64/32 a route through en0',
    ])
  })

  test('Windows', () => {
    const output = `Network Destination        Netmask          Gateway       Interface  Metric
          0.0.0.0          0.0.0.0      192.168.1.1    192.168.1.20     25
         10.8.0.0      255.248.0.0         On-link         10.8.0.5    281
        224.0.0.0        240.0.0.0         On-link         10.8.0.5    281
`
    expect(text(parseWindowsRoutes(output))).toEqual(['10.8.0.0/13 a route through 10.8.0.5'])
  })
})
