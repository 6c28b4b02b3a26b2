import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import { startTestEngine, type TestEngine } from '../support/test-engine.ts'

let engine: TestEngine
let container: string

const docker = (...args: string[]) =>
  execFileSync('docker', args, { env: { ...process.env, DOCKER_HOST: engine.dockerHost }, encoding: 'utf8' }).trim()

function fetchFromContainer(): string {
  const address = docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', container)
  const source = `fetch('http://${address}/').then((r) => r.text()).then((text) => process.stdout.write(text))`
  const { file, args } = engine.inNamespace(process.execPath, ['-e', source])
  return execFileSync(file, args, { encoding: 'utf8', timeout: 10_000 })
}

beforeAll(async () => {
  engine = await startTestEngine()
  await ensureImages(['busybox:1.37'], engine.dockerHost)
  const serve = 'mkdir /www; echo here > /www/index.html; exec busybox httpd -f -p 80 -h /www'
  container = docker('run', '-d', 'busybox:1.37', 'sh', '-c', serve)
})

afterAll(() => engine?.dispose())

test('an engine of its own runs containers that are reached in its namespace', () => {
  expect(docker('ps', '--format', '{{.Image}}')).toBe('busybox:1.37')
  expect(fetchFromContainer()).toBe('here\n')
})

test('the containers of a killed engine go on until it is back', async () => {
  const before = docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', container)
  await engine.kill()
  expect(() => docker('ps')).toThrow()
  const source = `fetch('http://${before}/').then((r) => r.text()).then((text) => process.stdout.write(text))`
  const { file, args } = engine.inNamespace(process.execPath, ['-e', source])
  expect(execFileSync(file, args, { encoding: 'utf8', timeout: 10_000 })).toBe('here\n')
  await engine.start()
  expect(docker('inspect', '-f', '{{.State.Status}}', container)).toBe('exited')
})

test('a stopped engine starts again with what it had', async () => {
  await engine.stop()
  expect(() => docker('ps')).toThrow()
  await engine.start()
  docker('start', container)
  expect(fetchFromContainer()).toBe('here\n')
})
