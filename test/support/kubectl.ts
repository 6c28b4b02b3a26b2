// Unmodified kubectl in the versions that the tests speak to, built from their Go modules once and kept: what a machine
// has installed under that name may be a wrapper that picks a version by itself.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../../build/cache.ts'

const run = promisify(execFile)

export const kubectlVersions = ['1.30.14', '1.32.3', '1.36.6'] as const
export type KubectlVersion = (typeof kubectlVersions)[number]

const MAIN = `package main

import (
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}
}
`

/** The path of this kubectl; two minutes of compiling the first time. */
export async function findKubectl(version: KubectlVersion): Promise<string> {
  const hash = createHash('sha256').update(MAIN).digest('hex').slice(0, 8)
  const program = join(cacheFolder(), `kubectl-${version}-${process.platform}-${process.arch}-${hash}`)
  if (existsSync(program)) return program
  const work = mkdtempSync(join(cacheFolder(), 'kubectl-'))
  try {
    const module = version.replace(/^1/, 'v0')
    // Kubernetes' modules are released together: all of one release, as its own kubectl has them.
    const names = [
      'kubectl',
      'client-go',
      'component-base',
      'cli-runtime',
      'api',
      'apimachinery',
      'metrics',
      'component-helpers',
    ]
    const required = names.map((name) => `\tk8s.io/${name} ${module}\n`).join('')
    writeFileSync(join(work, 'go.mod'), `module kubectl\n\ngo 1.22\n\nrequire (\n${required})\n`)
    writeFileSync(join(work, 'main.go'), MAIN)
    const facts = {
      gitVersion: `v${version}`,
      gitMajor: '1',
      gitMinor: minorOf(version).slice(2),
      gitTreeState: 'clean',
    }
    const set = Object.entries(facts).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    const env = { ...process.env, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' }
    const args = ['build', '-trimpath', '-ldflags', `-s -w ${set.join(' ')}`, '-o', 'kubectl', '.']
    await run('go', args, { cwd: work, env, maxBuffer: 16 << 20 }).catch(explainMissingGo)
    renameSync(join(work, 'kubectl'), program)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return program
}

function explainMissingGo(error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOENT')
    throw new Error('kubectl is built from its Go module: install Go 1.22 or newer (go.dev/dl)')
  throw error
}

function minorOf(version: KubectlVersion): string {
  return version.split('.').slice(0, 2).join('.')
}
