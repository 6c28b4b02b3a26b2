import type { PodSpec } from '../../shared/api/types/core-v1.ts'

const HOST = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'
const matchApp = { matchLabels: { app: 'measured' } }
/** The PriorityClass of pods that preempt, of value 10. */
export const MEASURED = 'measured'
const SMALL = { cpu: '10m', memory: '16Mi' }

/** One simulated cluster and what is placed on it. The tiny numbers are for the tests. */
export interface SchedulingWorkload {
  readonly name: string
  readonly nodes: { readonly full: number; readonly tiny: number }
  /** Placed before the measured ones; `perNode` fills every node. */
  readonly before?: { readonly perNode: number; readonly spec: PodSpec }
  /** All have the label app=measured. */
  readonly measured: { readonly full: number; readonly tiny: number; readonly spec: PodSpec }
  /** A Service selects the measured pods, so that they are spread by default. */
  readonly service?: true
  readonly minimumPodsPerSecond: number
}

const requesting = (requests: Record<string, string>, rest: Partial<PodSpec> = {}): PodSpec => ({
  schedulerName: 'default-scheduler',
  containers: [{ name: 'main', image: 'busybox:1', resources: { requests } }],
  ...rest,
})
const nodes = { full: 5000, tiny: 20 }
const measured = (spec: PodSpec) => ({ full: 2000, tiny: 20, spec })
const small = (rest: Partial<PodSpec> = {}) => measured(requesting(SMALL, rest))

/** What upstream's scheduler_perf measures, on 5,000 nodes in 10 zones. */
export const schedulingWorkloads: readonly SchedulingWorkload[] = [
  { name: 'plain pods', nodes, measured: small(), minimumPodsPerSecond: 1000 },
  { name: 'pods of a Service', nodes, measured: small(), service: true, minimumPodsPerSecond: 500 },
  {
    name: 'required zone spread',
    nodes,
    measured: small({
      topologySpreadConstraints: [
        { topologyKey: ZONE, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: matchApp },
      ],
    }),
    minimumPodsPerSecond: 500,
  },
  {
    name: 'preferred host spread',
    nodes,
    measured: small({
      topologySpreadConstraints: [
        { topologyKey: HOST, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: matchApp },
      ],
    }),
    minimumPodsPerSecond: 500,
  },
  {
    name: 'required node affinity',
    nodes,
    measured: small({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: ['zone-0', 'zone-1'] }] }],
          },
        },
      },
    }),
    minimumPodsPerSecond: 500,
  },
  {
    name: 'required zone affinity',
    nodes,
    measured: small({
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: ZONE, labelSelector: matchApp }],
        },
      },
    }),
    minimumPodsPerSecond: 500,
  },
  {
    name: 'preferred host affinity',
    nodes,
    measured: small({
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, podAffinityTerm: { topologyKey: HOST, labelSelector: matchApp } },
          ],
        },
      },
    }),
    minimumPodsPerSecond: 500,
  },
  {
    name: 'required host anti-affinity',
    nodes,
    measured: small({
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOST, labelSelector: matchApp }],
        },
      },
    }),
    minimumPodsPerSecond: 500,
  },
  {
    name: 'preemption of one in four',
    nodes,
    before: { perNode: 4, spec: requesting({ cpu: '900m' }, { terminationGracePeriodSeconds: 0 }) },
    measured: {
      full: 2000,
      tiny: 5,
      spec: requesting({ cpu: '900m' }, { priorityClassName: MEASURED, priority: 10 }),
    },
    minimumPodsPerSecond: 500,
  },
]
