import { expect, onTestFinished, test } from 'vitest'
import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Namespace, Pod } from '../../../../shared/api/types/core-v1.ts'
import type { NetworkPolicy, NetworkPolicySpec } from '../../../../shared/api/types/networking-v1.ts'
import { silentLogger } from '../../../../shared/lang/logger.ts'
import { ManualClock } from '../../../../shared/lang/manual-clock.ts'
import { HandMadeObjects } from '../../../../test/support/hand-made-objects.ts'
import { GatewayShare } from './gateway-share.ts'
import type { PodRules } from './pod-rules.ts'
import { PolicyEnforcer } from './policy-enforcer.ts'
import { podRulesText } from './rule-text.ts'

class Objects<T extends KubeObject> extends HandMadeObjects<T> {
  async synced(): Promise<void> {}
}

function world(running: readonly string[] = []) {
  const clock = new ManualClock()
  const policies = new Objects<NetworkPolicy>()
  const pods = new Objects<Pod>()
  const up = new Set(running)
  const told: string[] = []
  const events: string[] = []
  const gateway = new GatewayShare({ clock, infrastructureCidr: '10.77.0.0/24' })
  const state = { fails: false }
  const say = (uid: string, rules: PodRules | undefined) =>
    void told.push(`${uid}: ${podRulesText(rules).split('\n').join('; ')}`)
  const enforcer = new PolicyEnforcer({
    policies,
    pods,
    namespaces: new Objects<Namespace>(),
    addressOf: ({ status }) => status?.podIP,
    nodeIP: () => 'node',
    target: {
      running: async () => [...up],
      async apply(uid, rules) {
        if (state.fails) throw new Error('no')
        if (up.has(uid)) say(uid, rules)
        return up.has(uid)
      },
    },
    gateway,
    events: { event: ({ metadata }, type, reason) => void events.push(`${metadata.name} ${type} ${reason}`) },
    clock,
    logger: silentLogger,
  })
  onTestFinished(() => enforcer.dispose())
  return {
    clock,
    gateway,
    enforcer,
    told,
    events,
    up,
    state,
    policies,
    say,
    setPolicy: (spec: NetworkPolicySpec) =>
      policies.set({ apiVersion: '', kind: '', metadata: { name: 'p', namespace: 'n' }, spec }),
    setPod: (name: string, podIP: string, labels: Record<string, string> = { app: name }, drop: string[] = []) =>
      pods.set({
        metadata: { name, namespace: 'n', uid: name, labels },
        spec: { nodeName: 'node-1', containers: [{ name: 'c', securityContext: { capabilities: { drop } } }] },
        status: { podIP, phase: 'Running', containerStatuses: [{ name: 'c', state: { running: {} } }] },
      } as unknown as Pod),
    /** Lets time pass and what it set off come to rest; answers what pods were told. */
    async after(ms: number) {
      await settle()
      clock.advance(ms)
      await settle()
      return told.splice(0)
    },
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

const fromB = {
  podSelector: { matchLabels: { app: 'a' } },
  ingress: [{ from: [{ podSelector: { matchLabels: { app: 'b' } } }] }],
}

test('a selected pod is told when its rules change, and no other pod ever', async () => {
  const { setPod, setPolicy, after } = world(['a', 'b'])
  setPod('a', '1')
  setPod('b', '2')
  expect(await after(20)).toEqual(['a: ', 'b: '])
  setPolicy(fromB)
  expect(await after(20)).toEqual(['a: ingress of node; ip saddr { 2 } accept'])
  setPod('c', '3')
  expect(await after(20)).toEqual([])
  setPod('c', '3', { app: 'b' })
  expect(await after(20)).toEqual(['a: ingress of node; ip saddr { 2, 3 } accept'])
  setPolicy({ podSelector: { matchLabels: { app: 'other' } } })
  expect(await after(20)).toEqual(['a: '])
})

test('a pod whose egress is isolated while it runs is told once that it keeps raw sockets, unless it has none', async () => {
  const { setPod, setPolicy, after, events } = world(['a', 'b'])
  setPod('a', '1')
  setPod('b', '2', { app: 'b' }, ['all'])
  setPolicy({ podSelector: {}, policyTypes: ['Ingress'] })
  await after(20)
  expect(events).toEqual([])
  for (const count of [1, 2]) {
    setPolicy({ podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: count }] }] })
    await after(20)
    expect(events).toEqual(['a Warning RawSocketsKept'])
  }
})

test('of a pod that ran before the engine nobody knows: it is told nothing again', async () => {
  const { setPod, setPolicy, after, events } = world(['a'])
  setPod('a', '1')
  setPolicy({ podSelector: {}, policyTypes: ['Egress'] })
  expect(await after(20)).toEqual(['a: egress of node'])
  expect(events).toEqual([])
})

test('without policies pods that come and go cost nothing', async () => {
  const { setPod, after, clock } = world()
  expect(await after(20)).toEqual([])
  setPod('a', '1')
  expect(clock.nextTimerMs()).toBeUndefined()
})

test('what could not be told is told later', async () => {
  const { setPod, setPolicy, after, state } = world(['a'])
  setPod('a', '1')
  await after(20)
  state.fails = true
  setPolicy(fromB)
  expect(await after(20)).toEqual([])
  state.fails = false
  expect(await after(1000)).toEqual(['a: ingress of node'])
})

test('a sandbox that starts gets its rules at once, and again only when they changed meanwhile', async () => {
  const { setPod, setPolicy, after, enforcer, up, say, told } = world()
  setPod('a', '1')
  setPolicy(fromB)
  expect(await after(20)).toEqual([])
  up.add('a')
  await enforcer.start('a', async (rules) => {
    setPod('b', '2')
    await after(20).then((others) => expect(others).toEqual([]))
    say('a', rules)
  })
  expect(told.splice(0)).toEqual(['a: ingress of node'])
  expect(await after(20)).toEqual(['a: ingress of node; ip saddr { 2 } accept'])
  expect(await after(1000)).toEqual([])
})

test('a pod whose egress is isolated waits for the gateway, and does not start without it', async () => {
  const { setPod, setPolicy, after, enforcer, gateway, up } = world()
  setPod('a', '10.77.1.1')
  setPolicy({ podSelector: {}, policyTypes: ['Egress'] })
  const laid: string[] = []
  const start = () => enforcer.start('a', async (rules) => void laid.push(podRulesText(rules)))
  const failing = start().catch((error: Error) => error.message)
  await after(9_999)
  expect(laid).toEqual([])
  await after(1)
  expect(await failing).toBe("the gateway has not taken the NetworkPolicies for the pod's egress")
  expect(gateway.rules.text).toContain('ip saddr vmap { 10.77.1.1 : goto egress-1 }')
  const starting = start()
  await after(20)
  gateway.taken(gateway.rules.version)
  await starting
  expect(laid).toEqual(['egress of node'])
  expect(enforcer.restrains('a')).toBe(true)
  setPolicy(fromB)
  up.add('a')
  await after(20)
  expect(enforcer.restrains('a')).toBe(false)
})

test('where the gateway takes no such rules nothing waits for it', async () => {
  const { setPod, setPolicy, enforcer, gateway } = world()
  setPod('a', '10.77.1.1')
  setPolicy({ podSelector: {}, policyTypes: ['Egress'] })
  gateway.unable()
  const laid: string[] = []
  await enforcer.start('a', async (rules) => void laid.push(podRulesText(rules)))
  expect(laid).toEqual(['egress of node'])
})
