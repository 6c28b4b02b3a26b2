import { describe, expect, test } from 'vitest'
import { type EndpointSpec, endpoints, service } from '../../../../test/support/service-objects.ts'
import { buildServiceTable, type ServiceEntry } from './service-table.ts'

const IP = '10.77.128.20'
const told = (entries: readonly ServiceEntry[]) =>
  entries.map(({ id, backends }) => `${id} -> ${backends.map(({ ip, port }) => `${ip}:${port}`).join(' ')}`)
const table = (...addresses: (string | EndpointSpec)[]) =>
  told(buildServiceTable([service('web', IP)], [endpoints('web', addresses)]))

describe('the service table', () => {
  test('joins ports by name and protocol with the port of the slice', () => {
    const ports = [
      { name: 'http', port: 80 },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ]
    const slice = endpoints(
      'web',
      ['10.77.1.1'],
      [
        { name: 'http', port: 8080, protocol: 'TCP' },
        { name: 'dns', port: 5353, protocol: 'UDP' },
      ],
    )
    expect(told(buildServiceTable([service('web', IP, { ports: ports as never })], [slice]))).toEqual([
      'default/web/tcp/80 -> 10.77.1.1:8080',
      'default/web/udp/53 -> 10.77.1.1:5353',
    ])
  })

  test('an endpoint that is not ready gets nothing; conditions that are not set count as ready', () => {
    expect(table('10.77.1.1', { ip: '10.77.1.2', conditions: { ready: false } })).toEqual([
      'default/web/tcp/80 -> 10.77.1.1:8080',
    ])
  })

  test('endpoints that terminate serve on only while there is no ready one', () => {
    const draining = { ip: '10.77.1.1', conditions: { ready: false, serving: true, terminating: true } }
    const stopped = { ip: '10.77.1.2', conditions: { ready: false, serving: false, terminating: true } }
    expect(table(draining, stopped)).toEqual(['default/web/tcp/80 -> 10.77.1.1:8080'])
    expect(table(draining, stopped, '10.77.1.3')).toEqual(['default/web/tcp/80 -> 10.77.1.3:8080'])
  })

  test('an endpoint in two slices counts once', () => {
    const slices = [endpoints('web', ['10.77.1.1']), endpoints('web', ['10.77.1.1', '10.77.1.2'])]
    expect(told(buildServiceTable([service('web', IP)], slices))).toEqual([
      'default/web/tcp/80 -> 10.77.1.1:8080 10.77.1.2:8080',
    ])
  })

  test('headless and ExternalName Services have no entry; a Service without slices has one without backends', () => {
    const services = [
      service('headless', 'None'),
      service('elsewhere', '', { type: 'ExternalName' }),
      service('lonely', IP),
    ]
    expect(told(buildServiceTable(services, []))).toEqual(['default/lonely/tcp/80 -> '])
  })

  test('internalTrafficPolicy Local keeps the backends by node', () => {
    const local = service('web', IP, { internalTrafficPolicy: 'Local' })
    const [entry] = buildServiceTable(
      [local],
      [
        endpoints('web', [
          { ip: '10.77.1.1', node: 'n1' },
          { ip: '10.77.1.2', node: 'n2' },
        ]),
      ],
    )
    expect(entry?.localBackends?.get('n2')).toEqual([{ ip: '10.77.1.2', port: 8080 }])
  })

  test('slices of other Services and of IPv6 are left alone', () => {
    const v6 = { ...endpoints('web', ['fd00::1']), addressType: 'IPv6' }
    expect(told(buildServiceTable([service('web', IP)], [v6, endpoints('api', ['10.77.1.9'])]))).toEqual([
      'default/web/tcp/80 -> ',
    ])
  })
})
