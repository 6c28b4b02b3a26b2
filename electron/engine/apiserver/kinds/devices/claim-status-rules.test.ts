import { describe, expect, it } from 'vitest'
import type { ResourceClaim, ResourceClaimStatus } from '../../../../../shared/api/types/resource-v1.ts'
import { errorText } from '../../machinery/field-error.ts'
import { claimStatusErrors } from './claim-status-rules.ts'

const claim: ResourceClaim = {
  kind: 'ResourceClaim',
  apiVersion: 'resource.k8s.io/v1',
  metadata: { name: 'c' },
  spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] } },
}
const gpu = { driver: 'gpu.example.com', pool: 'p', device: 'd0' }
const allocation = { devices: { results: [{ request: 'r', ...gpu }] } }

function wrong(status: ResourceClaimStatus, before: ResourceClaimStatus = {}): string[] {
  return claimStatusErrors({ ...claim, status }, { ...claim, status: before }).map(errorText)
}

describe('the status of a claim', () => {
  it('may allocate, reserve and report what was asked for', () => {
    const reservedFor = [{ resource: 'pods', name: 'p', uid: '1' }]
    expect(wrong({ allocation, reservedFor, devices: [{ ...gpu }] })).toEqual([])
  })

  it('reserves nothing that is not allocated', () => {
    const twice = { resource: 'pods', name: '', uid: '1' }
    expect(wrong({ reservedFor: [twice, twice] })).toEqual([
      'status.reservedFor[0].name: Required value',
      'status.reservedFor[1].name: Required value',
      'status.reservedFor[1]: Duplicate value: "1"',
      'status.reservedFor: Forbidden: may not be specified when `allocated` is not set',
    ])
  })

  it('allocates for requests that there are, and once', () => {
    const other = { devices: { results: [{ request: 'x', ...gpu }] } }
    expect(wrong({ allocation: other })).toEqual([
      'status.allocation.devices.results[0].request: Invalid value: "x": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
    ])
    expect(wrong({ allocation: other }, { allocation })).toEqual([
      expect.stringMatching(/^status\.allocation: Invalid value: \{"Devices":.*: field is immutable$/),
    ])
  })

  it('reports no device of another claim', () => {
    expect(wrong({ allocation, devices: [{ ...gpu, device: 'd1' }] })).toEqual([
      expect.stringMatching(/^status\.devices\[0\]: Invalid value: .*: must be an allocated device in the claim$/),
    ])
  })
})
