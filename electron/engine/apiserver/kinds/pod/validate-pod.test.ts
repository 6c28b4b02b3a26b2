import { describe, expect, it } from 'vitest'
import type { Pod, PodSpec } from '../../../../../shared/api/types/core-v1.ts'
import { errorText } from '../../machinery/field-error.ts'
import { cloneJson } from '../../registry/json-value.ts'
import { defaultPod } from './pod-defaults.ts'
import { validateNewPod } from './validate-pod.ts'
import { validatePodUpdate } from './validate-pod-update.ts'

const app = { name: 'app', image: 'nginx:1' }

function pod(spec: object): Pod {
  const made = cloneJson({ metadata: { name: 'p', namespace: 'd' }, spec: { containers: [app], ...spec } })
  defaultPod(made as Pod)
  return made as Pod
}

function mistakes(spec: object): string[] {
  return validateNewPod(pod(spec)).map(errorText)
}

const volume = (source: object) => ({ volumes: [{ name: 'v', ...source }] })
const container = (members: object) => ({ containers: [{ ...app, ...members }] })

const RULES: readonly [rule: string, spec: object, messages: string[]][] = [
  ['a plain pod is valid', {}, []],
  ['containers are needed', { containers: [] }, ['spec.containers: Required value']],
  [
    'all mistakes are told at once',
    { restartPolicy: 'x', dnsPolicy: 'y' },
    [
      'spec.restartPolicy: Unsupported value: "x": supported values: "Always", "OnFailure", "Never"',
      'spec.dnsPolicy: Unsupported value: "y": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ],
  ],
  ['names are unique', { containers: [app, app] }, ['spec.containers[1].name: Duplicate value: "app"']],
  [
    'mounts name a volume',
    container({ volumeMounts: [{ name: 'none', mountPath: '/x' }] }),
    ['spec.containers[0].volumeMounts[0].name: Not found: "none"'],
  ],
  [
    'a request is at most its limit',
    container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
  ],
  [
    'ports are in range',
    container({ ports: [{ containerPort: 70000 }] }),
    ['spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
  ],
  [
    'a probe has one handler',
    container({ livenessProbe: {} }),
    ['spec.containers[0].livenessProbe: Required value: must specify a handler type'],
  ],
  [
    'init containers that end have no probes',
    { initContainers: [{ name: 'i', image: 'i', livenessProbe: { exec: { command: ['x'] } } }] },
    [
      'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
  ],
  ['host paths are given', volume({ hostPath: {} }), ['spec.volumes[0].hostPath.path: Required value']],
  ['secrets are named', volume({ secret: {} }), ['spec.volumes[0].secret.secretName: Required value']],
  ['CSI volumes name a driver', volume({ csi: {} }), ['spec.volumes[0].csi.driver: Required value']],
  [
    'a volume has one source',
    volume({ emptyDir: {}, configMap: { name: 'c' } }),
    ['spec.volumes[0].configMap: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'the pod has room for its containers',
    { ...container({ resources: { requests: { cpu: '2' } } }), resources: { requests: { cpu: '1' } } },
    [
      'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
    ],
  ],
  [
    'extended resources do not count for the whole pod',
    {
      ...container({ resources: { limits: { 'example.com/gpu': '1' } } }),
      resources: { requests: { cpu: '1' } },
    },
    [],
  ],
]

describe('validateNewPod', () => {
  it.each(RULES)('%s', (_rule, spec, messages) => {
    expect(mistakes(spec)).toEqual(messages)
  })
})

describe('validatePodUpdate', () => {
  const stored = () => Object.assign(pod({}), { metadata: { name: 'p', namespace: 'd', resourceVersion: '1' } })

  it('allows another image', () => {
    const next = stored()
    Object.assign(next.spec?.containers[0] ?? {}, { image: 'nginx:2' })
    expect(validatePodUpdate(next, stored())).toEqual([])
  })

  it('refuses what cannot change and shows the difference', () => {
    const next = stored()
    Object.assign(next.spec as PodSpec, { subdomain: 's' })
    const [message] = validatePodUpdate(next, stored()).map(errorText)
    expect(message).toContain('spec: Forbidden: pod updates may not change fields other than')
    expect(message).toMatch(/^- "Subdomain": "",$/m)
    expect(message).toMatch(/^\+ "Subdomain": "s",$/m)
  })
})

describe('defaultPod', () => {
  it('takes requests from limits, and for the whole pod from its containers', () => {
    const { spec } = pod({ ...container({ resources: { limits: { cpu: '1' } } }), resources: { limits: { cpu: '2' } } })
    expect(spec?.containers[0]?.resources?.requests).toEqual({ cpu: '1' })
    expect(spec?.resources?.requests).toEqual({ cpu: '1' })
  })

  it('rounds amounts up to thousandths', () => {
    const { spec } = pod(container({ resources: { limits: { cpu: '1100u' } } }))
    expect(spec?.containers[0]?.resources?.limits).toEqual({ cpu: '2m' })
  })

  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['localhost:5000/nginx', 'Always'],
    ['nginx:1', 'IfNotPresent'],
    [`nginx@sha256:${'a'.repeat(64)}`, 'IfNotPresent'],
    ['Not A Name', 'IfNotPresent'],
  ])('pulls %s %s', (image, policy) => {
    expect(pod(container({ image })).spec?.containers[0]?.imagePullPolicy).toBe(policy)
  })
})
