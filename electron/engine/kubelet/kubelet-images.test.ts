import { afterEach, describe, expect, test } from 'vitest'
import { describePod, KubeletFixture } from './testing/kubelet-fixture.ts'

let fixture: KubeletFixture
afterEach(() => fixture.dispose())

const missing = { pullError: { reason: 'ErrImagePull', message: 'manifest for gone:1 not found' } } as const
const offline = { pullError: { reason: 'RegistryUnavailable', message: 'dial tcp: no such host' } } as const

async function run(images: ConstructorParameters<typeof KubeletFixture>[0], image: string, imagePullPolicy: string) {
  fixture = await new KubeletFixture(images).start()
  return await fixture.run('web', { containers: [{ name: 'app', image, imagePullPolicy }] })
}

async function waiting() {
  return (await fixture.pod('web')).status?.containerStatuses?.[0]?.state?.waiting
}

describe('an image', () => {
  test('that is missing is pulled', async () => {
    await run({ images: { 'app:1': { pullMs: 1500, sizeBytes: 42 } } }, 'app:1', 'IfNotPresent')
    expect(await waiting()).toEqual({ reason: 'ContainerCreating' })
    await fixture.advance(1500, 1500)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
    expect(await fixture.events('web')).toEqual([
      'Normal Pulling: Pulling image "app:1"',
      'Normal Pulled: Successfully pulled image "app:1" in 1.5s (1.5s including waiting). Image size: 42 bytes.',
      'Normal Created: Container created',
      'Normal Started: Container started',
    ])
  })

  test('that cannot be pulled: ErrImagePull, then ImagePullBackOff, then another try', async () => {
    await run({ images: { 'gone:1': missing } }, 'gone:1', 'IfNotPresent')
    expect(await waiting()).toEqual({ reason: 'ErrImagePull', message: 'manifest for gone:1 not found' })
    await fixture.advance(4000)
    expect(await waiting()).toEqual({
      reason: 'ImagePullBackOff',
      message: 'Back-off pulling image "gone:1": ErrImagePull: manifest for gone:1 not found',
    })
    fixture.runtime.images.set('gone:1', {})
    await fixture.advance(6000)
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
    expect(await fixture.events('web')).toEqual([
      'Normal Pulling: Pulling image "gone:1" (x2)',
      'Warning Failed: Failed to pull image "gone:1": manifest for gone:1 not found',
      'Warning Failed: Error: ErrImagePull',
      'Normal BackOff: Back-off pulling image "gone:1"',
      'Warning Failed: Error: ImagePullBackOff',
      'Normal Pulled: Successfully pulled image "gone:1" in 0s (0s including waiting). Image size: 1000000 bytes.',
      'Normal Created: Container created',
      'Normal Started: Container started',
    ])
  })

  test('with Always and a registry out of reach runs as it is on the machine, with a warning', async () => {
    await run({ images: { 'built:latest': { local: true, ...offline } } }, 'built:latest', 'Always')
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
    expect(await fixture.events('web')).toContain(
      'Warning Failed: Failed to pull image "built:latest": dial tcp: no such host; running the image that is present on the machine',
    )
  })

  test('with Never must be on the machine', async () => {
    await run({ images: { 'app:1': {} } }, 'app:1', 'Never')
    expect(await waiting()).toEqual({
      reason: 'ErrImageNeverPull',
      message: 'Container image "app:1" is not present with pull policy of Never',
    })
  })
})
