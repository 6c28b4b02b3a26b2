import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AddressAllocator } from './address-allocator.ts'
import { planAddresses } from './address-plan.ts'

const plan = planAddresses('10.77.0.0/16')
const allocator = (count = plan.podIPs) => new AddressAllocator(plan.firstPodIP, count)

describe('AddressAllocator', () => {
  test('an owner gets the same address until it is released', () => {
    const pods = allocator()
    expect(pods.allocate('a')).toBe('10.77.1.0')
    expect(pods.allocate('b')).toBe('10.77.1.1')
    expect(pods.allocate('a')).toBe('10.77.1.0')
  })

  test('a released address comes back only after all others', () => {
    const pods = allocator(3)
    pods.allocate('a')
    pods.release('a')
    expect(['b', 'c', 'd'].map((owner) => pods.allocate(owner))).toEqual(['10.77.1.1', '10.77.1.2', '10.77.1.0'])
  })

  test('adopted addresses are given to nobody else', () => {
    const pods = allocator()
    expect(pods.adopt('running', '10.77.1.0')).toBe(true)
    expect(pods.adopt('other', '10.77.1.0')).toBe(false)
    expect(pods.adopt('service', plan.kubernetesServiceIP)).toBe(false)
    expect(pods.allocate('running')).toBe('10.77.1.0')
    expect(pods.allocate('new')).toBe('10.77.1.1')
  })

  test('a full range says so', () => {
    const pods = allocator(1)
    pods.allocate('a')
    expect(() => pods.allocate('b')).toThrow('all 1 addresses')
  })

  test('no two owners ever hold the same address', () => {
    const step = fc.record({ owner: fc.nat(20).map(String), release: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const pods = allocator(25)
        const held = new Map<string, string>()
        for (const { owner, release } of steps) {
          if (release) {
            pods.release(owner)
            held.delete(owner)
          } else held.set(owner, pods.allocate(owner))
        }
        expect(new Set(held.values()).size).toBe(held.size)
      }),
    )
  })
})

test('a cluster divides its subnet', () => {
  expect(plan).toMatchObject({
    podCidr: '10.77.0.0/17',
    serviceCidr: '10.77.128.0/17',
    nodeCidr: '10.77.127.0/24',
    bridgeIP: '10.77.0.1',
    gatewayIP: '10.77.0.2',
    gatewayMac: '02:42:0a:4d:00:02',
    kubernetesServiceIP: '10.77.128.1',
    dnsServiceIP: '10.77.128.10',
  })
})
