import { expect, test } from 'vitest'
import { planGatewayPolicies } from './gateway-policies.ts'

test('without pods whose egress is isolated the gateway has no table', () => {
  expect(planGatewayPolicies([], '10.77.0.0/24')).toBe('add table ip slipway-policy\ndelete table ip slipway-policy\n')
})

test('what a Service led to is held to the egress of the pod that asked', () => {
  const rules = {
    nodeIP: '10.77.127.1',
    ingress: undefined,
    egress: [
      {
        peer: { type: 'pods', addresses: ['10.77.1.2', '10.77.1.3'] },
        ports: { protocol: 'tcp', range: [80, 80] },
      },
    ],
  } as const
  expect(planGatewayPolicies([{ address: '10.77.1.1', rules }], '10.77.0.0/24')).toBe(`add table ip slipway-policy
delete table ip slipway-policy
table ip slipway-policy {
	chain egress/10.77.1.1 {
		ip daddr { 10.77.0.0/24, 10.77.127.1, 10.77.1.1 } accept
		ip daddr { 10.77.1.2, 10.77.1.3 } tcp dport 80 accept
		drop
	}
	chain forward {
		type filter hook forward priority filter
		ct status & dnat == 0 accept
		ct state established,related accept
		ip saddr vmap { 10.77.1.1 : goto egress/10.77.1.1 }
	}
}
`)
})
