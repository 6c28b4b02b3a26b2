import { resources } from '../../shared/api/resources.ts'
import type { Clock } from '../../shared/lang/clock.ts'
import type { Logger } from '../../shared/lang/logger.ts'
import type { Informers } from './controller/informers.ts'
import type { PolicyEnforcement } from './controllers/networkpolicy/reconcile.ts'
import type { DataPlane } from './data-plane.ts'
import type { DockerPodRuntime } from './docker/docker-pod-runtime.ts'
import { policyCommand } from './docker/policy-rules.ts'
import { RuntimeError } from './kubelet/pod-runtime.ts'
import { GatewayShare } from './network/policy/gateway-share.ts'
import type { PodRules } from './network/policy/pod-rules.ts'
import { PolicyEnforcer, type PolicyEnforcerDeps, type PolicyTarget } from './network/policy/policy-enforcer.ts'

export interface RunningNetworkPolicies {
  readonly enforcer: PolicyEnforcer
  readonly gateway: GatewayShare
}

export function policyEnforcement({ capabilities, network }: DataPlane): PolicyEnforcement {
  if (!capabilities.networkPolicies) return 'none'
  const mode = network.serviceMode()
  if (mode === undefined) return 'unknown'
  return mode === 'nftables' ? 'full' : 'between pods'
}

/** Enforces NetworkPolicies on the engine's pods; undefined where its kernel can't. To be called before pods are run. */
export function startNetworkPolicies(
  { capabilities, network, runtime }: DataPlane,
  deps: {
    readonly informers: Informers
    readonly events: PolicyEnforcerDeps['events']
    readonly clock: Clock
    readonly logger: Logger
  },
): RunningNetworkPolicies | undefined {
  if (!capabilities.networkPolicies) return undefined
  const { informers, events, clock, logger } = deps
  const { infrastructureCidr } = network
  const command = (rules: PodRules | undefined) => policyCommand(rules, network)
  const gateway = new GatewayShare({ clock, infrastructureCidr })
  const enforcer = new PolicyEnforcer({
    policies: informers.of(resources.networkPolicies),
    pods: informers.of(resources.pods),
    namespaces: informers.of(resources.namespaces),
    addressOf: ({ metadata }) => network.podIP(metadata.uid ?? ''),
    nodeIP: (node) => network.allocateNodeIP(node),
    target: policyTarget(runtime, command),
    gateway,
    events,
    clock,
    logger,
  })
  runtime.guardSandboxes({
    restrains: (uid) => enforcer.restrains(uid),
    started: (uid, run) => enforcer.start(uid, async (rules) => void (await run([command(rules)]))),
  })
  return { enforcer, gateway }
}

function policyTarget(
  runtime: DockerPodRuntime,
  command: (rules: PodRules | undefined) => ReturnType<typeof policyCommand>,
): PolicyTarget {
  return {
    async running() {
      const pods = await runtime.list()
      return pods.filter(({ sandboxes }) => sandboxes[0]?.state === 'running').map(({ uid }) => uid)
    },
    async apply(uid, rules) {
      const sandbox = (await runtime.inspectPod(uid))?.sandboxes[0]
      if (sandbox === undefined || sandbox.podIP === undefined) return false
      if (sandbox.state === 'paused') throw new Error('the sandbox is paused')
      if (sandbox.state !== 'running') return false
      try {
        await runtime.runInSandbox(sandbox.id, [command(rules)])
        return true
      } catch (error) {
        if (error instanceof RuntimeError && error.reason === 'NotFound') return false
        throw error
      }
    },
  }
}
