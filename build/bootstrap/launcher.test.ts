import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
let command: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-launcher-'))
  mkdirSync(join(folder, 'dist/cli'), { recursive: true })
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  command = join(folder, 'dist/cli/slipway.js')
  copyFileSync(join(import.meta.dirname, 'launcher.mjs'), command)
  writeFileSync(
    join(folder, 'dist/cli/main.js'),
    'console.log(process.argv.slice(2).join(" "))\nprocess.exitCode = Number(process.argv[2])\n',
  )
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Makes Node believe that it is an older one before the launcher looks. */
const pretendOld = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.0.0'})`

test('Node 24 runs the command line in the same process', () => {
  expect(execFileSync(process.execPath, [command, '0', 'up', '--json'], { encoding: 'utf8' })).toBe('0 up --json\n')
})

test('an older Node hands over to the Node 24 of the checkout, arguments and exit code included', () => {
  symlinkSync(process.execPath, join(folder, 'node_modules/.bin/node'))
  const { status, stdout } = spawnSync(process.execPath, ['--import', pretendOld, command, '3', 'two words'], {
    encoding: 'utf8',
  })
  expect(stdout).toBe('3 two words\n')
  expect(status).toBe(3)
})

test('an older Node with no other at hand says what is needed', () => {
  const { status, stderr } = spawnSync(process.execPath, ['--import', pretendOld, command], { encoding: 'utf8' })
  expect(stderr).toBe('slipway runs on Node 24 or newer; this is 20.0.0\n')
  expect(status).toBe(1)
})
