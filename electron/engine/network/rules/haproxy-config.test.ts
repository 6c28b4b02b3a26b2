import { describe, expect, test } from 'vitest'
import { type EndpointSpec, endpoints, service } from '../../../../test/support/service-objects.ts'
import { planAddresses } from '../address-plan.ts'
import { planHaproxyConfig } from './haproxy-config.ts'
import { buildServiceTable } from './service-table.ts'

const IP = '10.77.128.20'
const options = {
  ...planAddresses('10.77.0.0/16'),
  clientsByNode: new Map([
    ['n1', ['10.77.1.5', '10.77.1.6']],
    ['n2', ['10.77.1.7']],
  ]),
  zoneOf: (node: string) => (node === 'n1' ? 'a' : 'b'),
  nodeIP: (node: string) => ({ n1: '10.77.127.1', n2: '10.77.127.2' })[node],
}

/** The sections of one Service's configuration by their heads. */
function sections(spec: object, ...own: (string | EndpointSpec)[]): Record<string, string[]> {
  const config = planHaproxyConfig(buildServiceTable([service('web', IP, spec)], [endpoints('web', own)]), options)
  const found = config.split(/\n(?=\S)/).map((text) => text.trimEnd().split(/\n\s*/) as [string, ...string[]])
  return Object.fromEntries(
    found.flatMap(([head, ...lines]) => (/^(?:frontend|backend)/.test(head) ? [[head, lines]] : [])),
  )
}

test('TCP Services with endpoints are served', () => {
  expect(sections({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }, '10.77.1.1', '10.77.1.2')).toEqual({
    'frontend default:web:tcp:80': [
      `bind ${IP}:80`,
      'bind 0.0.0.0:30080',
      'default_backend service:default:web:tcp:80',
    ],
    'backend service:default:web:tcp:80': [
      'server 10.77.1.1:8080 10.77.1.1:8080',
      'server 10.77.1.2:8080 10.77.1.2:8080',
    ],
  })
})

test('session affinity lasts as long as the Service says, over changes of the configuration too', () => {
  const { 'backend service:default:web:tcp:80': backend } = sections({ sessionAffinity: 'ClientIP' }, '10.77.1.3')
  expect(backend).toEqual([
    'balance source',
    'hash-type consistent',
    'stick-table type ip size 100k expire 10800s peers slipway',
    'stick on src',
    'server 10.77.1.3:8080 10.77.1.3:8080',
  ])
})

test('a Service without endpoints has no listener, so that it refuses', () => expect(sections({})).toEqual({}))

test('endpoints that are published before they are ready are served', () => {
  const { 'backend service:default:web:tcp:80': backend } = sections(
    { publishNotReadyAddresses: true },
    { ip: '10.77.1.1', conditions: { ready: true, serving: false } },
    { ip: '10.77.1.2', conditions: { ready: false } },
  )
  expect(backend).toEqual(['server 10.77.1.1:8080 10.77.1.1:8080'])
})

describe('clients by their node', () => {
  test('internalTrafficPolicy Local: they reach its backends, or none', () => {
    const told = sections({ internalTrafficPolicy: 'Local' }, { ip: '10.77.1.1', node: 'n1' })
    expect(told['frontend default:web:tcp:80']).toEqual([
      `bind ${IP}:80`,
      'tcp-request connection reject if { src 10.77.1.7 }',
      'use_backend local:n1:default:web:tcp:80 if { src 10.77.1.5 10.77.1.6 }',
      'default_backend service:default:web:tcp:80',
    ])
    expect(told['backend local:n1:default:web:tcp:80']).toEqual(['server 10.77.1.1:8080 10.77.1.1:8080'])
  })

  test('hints for zones: they reach those of their zone, where it has some', () => {
    const hints = { forZones: [{ name: 'b' }] }
    const told = sections({ trafficDistribution: 'PreferSameZone' }, { ip: '10.77.1.1', hints })
    expect(told['frontend default:web:tcp:80']).toEqual([
      `bind ${IP}:80`,
      'use_backend zone:b:default:web:tcp:80 if { src 10.77.1.7 }',
      'default_backend service:default:web:tcp:80',
    ])
  })

  test('many of them take several lines', () => {
    const clients = Array.from({ length: 90 }, (_, at) => `10.77.2.${at}`)
    const table = buildServiceTable(
      [service('web', IP, { internalTrafficPolicy: 'Local' })],
      [endpoints('web', [{ ip: '10.77.1.1', node: 'n1' }])],
    )
    const config = planHaproxyConfig(table, { ...options, clientsByNode: new Map([['n1', clients]]) })
    const words = [...config.matchAll(/use_backend.*/g)].map(([line]) => line.split(' ').length)
    expect(words).toEqual([46, 46, 16])
  })
})

test('externalTrafficPolicy Local: what enters by a node reaches its backends; pods reach all', () => {
  const spec = { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30080 }] }
  const told = sections(spec, { ip: '10.77.1.1', node: 'n1' }, { ip: '10.77.1.2', node: 'gone' })
  expect(told['frontend default:web:tcp:80']).toEqual([`bind ${IP}:80`, 'default_backend service:default:web:tcp:80'])
  expect(told['frontend external:default:web:tcp:80']).toEqual([
    'bind 0.0.0.0:30080',
    'use_backend service:default:web:tcp:80 if { src 10.77.0.0/17 } !{ src 10.77.0.0/24 }',
    'use_backend external:n1:default:web:tcp:80 if { dst 10.77.127.1 }',
  ])
  expect(told['backend external:n1:default:web:tcp:80']).toEqual(['server 10.77.1.1:8080 10.77.1.1:8080'])
})
