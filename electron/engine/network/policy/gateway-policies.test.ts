import { expect, test } from 'vitest'
import { planGatewayPolicies } from './gateway-policies.ts'

test('without pods whose egress is isolated the gateway has no table', () => {
  expect(planGatewayPolicies([], '10.77.0.0/24')).toBe('add table ip slipway-policy\ndelete table ip slipway-policy\n')
})

test('what a Service led to is held to the egress of the pod that asked; pods with equal rules share them', () => {
  const peer = { type: 'pods', addresses: ['10.77.1.2', '10.77.1.3'] } as const
  const rules = (range: readonly [number, number]) => ({
    nodeIP: '10.77.127.1',
    ingress: undefined,
    egress: [{ peer, ports: { protocol: 'tcp', range } as const }],
  })
  const denied = { ...rules([1, 1]), egress: [] }
  const pods = [
    { address: '10.77.1.1', rules: rules([80, 80]) },
    { address: '10.77.1.5', rules: rules([80, 80]) },
    { address: '10.77.1.6', rules: denied },
  ]
  expect(planGatewayPolicies(pods, '10.77.0.0/24')).toBe(`add table ip slipway-policy
delete table ip slipway-policy
table ip slipway-policy {
	chain egress-1 {
		ip daddr { 10.77.1.2, 10.77.1.3 } tcp dport 80 accept
		drop
	}
	chain egress-2 {
		drop
	}
	chain forward {
		type filter hook forward priority filter
		ct status & dnat == 0 accept
		ct state related accept
		ct direction reply accept
		ip daddr 10.77.0.0/24 accept
		ip saddr . ip daddr { 10.77.1.1 . 10.77.1.1, 10.77.1.1 . 10.77.127.1, 10.77.1.5 . 10.77.1.5, 10.77.1.5 . 10.77.127.1, 10.77.1.6 . 10.77.1.6, 10.77.1.6 . 10.77.127.1 } accept
		ip saddr vmap { 10.77.1.1 : goto egress-1, 10.77.1.5 : goto egress-1, 10.77.1.6 : goto egress-2 }
	}
}
`)
})
