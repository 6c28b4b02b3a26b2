import { expect, test } from 'vitest'
import { endpoints, service } from '../../../../test/support/service-objects.ts'
import { planHaproxyConfig, unservedByHaproxy } from './haproxy-config.ts'
import { buildServiceTable } from './service-table.ts'

const table = buildServiceTable(
  [
    service('web', '10.77.128.20', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] as never }),
    service('sticky', '10.77.128.21', { sessionAffinity: 'ClientIP' }),
    service('empty', '10.77.128.22'),
    service('dns', '10.77.128.10', { ports: [{ port: 53, protocol: 'UDP' }] }),
  ],
  [
    endpoints('web', ['10.77.1.1', '10.77.1.2']),
    endpoints('sticky', ['10.77.1.3']),
    endpoints('dns', ['10.77.1.4'], [{ port: 53, protocol: 'UDP' }]),
  ],
)

test('TCP Services with endpoints are served', () => {
  expect(planHaproxyConfig(table)).toContain(`listen default:web:tcp:80
    bind 10.77.128.20:80
    bind 0.0.0.0:30080
    server 10.77.1.1:8080 10.77.1.1:8080
    server 10.77.1.2:8080 10.77.1.2:8080
`)
  expect(planHaproxyConfig(table)).toContain(`listen default:sticky:tcp:80
    bind 10.77.128.21:80
    stick-table type ip size 100k expire 10800s
    stick on src
    server 10.77.1.3:8080 10.77.1.3:8080
`)
})

test('a Service without endpoints has no listener, so that it refuses', () => {
  expect(planHaproxyConfig(table)).not.toContain('empty')
})

test('UDP is told as not served', () => {
  expect(planHaproxyConfig(table)).not.toContain('dns')
  expect(unservedByHaproxy(table)).toEqual(['default/dns/udp/53'])
})
