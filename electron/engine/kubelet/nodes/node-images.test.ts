import { expect, test } from 'vitest'
import { ManualClock } from '../../../../shared/lang/manual-clock.ts'
import { NodeImages, reportedImages } from './node-images.ts'

test('reports the 50 largest, each under five names at most', () => {
  const images = Array.from({ length: 60 }, (_, index) => ({ names: [`app:${index}`], sizeBytes: index }))
  const reported = reportedImages([...images, { names: ['a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'f:1'], sizeBytes: 100 }])
  expect(reported).toHaveLength(50)
  expect(reported[0]).toEqual({ names: ['a:1', 'b:1', 'c:1', 'd:1', 'e:1'], sizeBytes: 100 })
  expect(reported.at(-1)).toEqual({ names: ['app:11'], sizeBytes: 11 })
})

test('asks once a minute, and keeps what it knows while the engine is away', async () => {
  const clock = new ManualClock()
  let asked = 0
  const listImages = async () => {
    asked += 1
    if (asked === 2) throw new Error('away')
    return [{ names: [`app:${asked}`], sizeBytes: 1 }]
  }
  const node = new NodeImages({ runtime: { listImages }, clock })
  const names = async () => (await node.current()).map((image) => image.names?.[0])
  expect(await names()).toEqual(['app:1'])
  clock.advance(59_000)
  expect(await names()).toEqual(['app:1'])
  clock.advance(1000)
  expect(await names()).toEqual(['app:1'])
  clock.advance(60_000)
  expect(await names()).toEqual(['app:3'])
})
