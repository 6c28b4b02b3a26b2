import { join } from 'node:path'
import { build, type Rolldown } from 'vite'
import { expect, test } from 'vitest'
import { nodeBuild } from './node-build.ts'

const root = join(import.meta.dirname, '../..')

test('dockerode is taken into a bundle without what would load gRPC or SSH', async () => {
  const input = { main: join(root, 'electron/engine/docker/docker-engine.ts') }
  const config = nodeBuild(root, { input, format: 'es', outDir: 'unused' })
  const { output } = (await build({ ...config, build: { ...config.build, write: false } })) as Rolldown.RolldownOutput
  const code = output.map((file) => (file.type === 'chunk' ? file.code : '')).join('\n')
  expect(code).toContain('node_modules/docker-modem/lib/modem.js')
  expect(code).not.toContain('@grpc')
  expect(code).not.toContain('ssh2')
})
