import { expect, test } from 'vitest'
import type { Container, PodSpec } from '../../../shared/api/types/core-v1.ts'
import { podBounds } from './pod-bounds.ts'

const container = (requests: string, limits: string): Container => ({
  name: 'c',
  resources: { ...(requests ? { requests: { cpu: requests } } : {}), ...(limits ? { limits: { cpu: limits } } : {}) },
})

test.each<[string, PodSpec, string]>([
  ['nothing is said', { containers: [container('', '')] }, 'undefined/undefined'],
  ['all have limits', { containers: [container('100m', '200m'), container('50m', '1')] }, '150/1200'],
  ['one has no limit', { containers: [container('100m', '200m'), container('50m', '')] }, '150/undefined'],
  [
    'a sidecar has one too',
    { containers: [container('', '200m')], initContainers: [{ ...container('', '50m'), restartPolicy: 'Always' }] },
    'undefined/250',
  ],
  [
    'an init container has ended by then',
    { containers: [container('', '200m')], initContainers: [container('', '')] },
    'undefined/200',
  ],
  [
    'the pod has a limit of its own',
    { containers: [container('100m', '')], resources: { limits: { cpu: '2' } } },
    '100/2000',
  ],
])('request and limit of a pod where %s', (_case, spec, expected) => {
  const { request, limit } = podBounds(spec, 'cpu')
  expect(`${request}/${limit}`).toBe(expected)
})
