import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandResult, EngineUnderTest } from '../support/engine-under-test.ts'

// What a person does with two hands and a shell does with functions.
const PRELUDE = `
# upto PATTERN COMMAND...: the command's output up to the first line with PATTERN; then it is interrupted.
upto() {
  local pattern=$1 line pid; shift
  exec 3< <(exec "$@" 2>&1); pid=$!
  while IFS= read -r -t 60 line <&3; do
    printf '%s\\n' "$line"
    if [[ $line =~ $pattern ]]; then break; fi
  done
  kill -INT $pid; exec 3<&-
}
# visit TARGET PORT: what a GET through a port-forward answers; fails when the connection is not closed at its end.
visit() {
  local line pid port code=0
  exec 3< <(exec kubectl port-forward "$1" ":$2" 2>&1); pid=$!
  IFS= read -r -t 60 line <&3; echo "$line"
  port=\${line#Forwarding from 127.0.0.1:}; port=\${port%% *}
  exec 4<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET / HTTP/1.0\\r\\nHost: visit\\r\\n\\r\\n' >&4
  timeout 20 cat <&4 || code=$?
  kill -INT $pid; exec 3<&- 4<&-
  return $code
}
# terminal COMMAND: runs it on a terminal of 33 rows and 101 columns, its input from standard input.
terminal() { script -qec "stty rows 33 cols 101; $1" /dev/null; }
`

/** A person's shell: one kubectl on its path, one namespace, a folder with manifests. */
export class Shell {
  readonly #engine: EngineUnderTest
  readonly #folder: string
  readonly #env: NodeJS.ProcessEnv

  constructor(engine: EngineUnderTest, kubectl: string, manifests: Readonly<Record<string, string>>) {
    this.#engine = engine
    this.#folder = mkdtempSync(join(engine.data.path, 'shell-'))
    const programs = join(this.#folder, 'bin')
    mkdirSync(programs)
    symlinkSync(kubectl, join(programs, 'kubectl'))
    for (const [name, text] of Object.entries(manifests)) writeFileSync(join(this.#folder, name), text)
    writeFileSync(join(this.#folder, '.prelude'), PRELUDE)
    this.#env = {
      PATH: `${programs}:${process.env.PATH}`,

      KUBECONFIG: join(this.#folder, '.kubeconfig'),
      TZ: 'UTC',
      TERM: 'xterm',
    }
  }

  /** Points kubectl at the cluster, and at this namespace of it. */
  async enter(namespace: string): Promise<void> {
    const { stdout } = await this.#engine.slipway('kubeconfig', this.#engine.cluster)
    const path = this.#env.KUBECONFIG as string
    writeFileSync(path, stdout)
    chmodSync(path, 0o600)
    await this.run(`kubectl create namespace ${namespace}`)
    await this.run(`kubectl config set-context --current --namespace=${namespace}`)
  }

  run(command: string): Promise<CommandResult> {
    return this.#engine.run('timeout', ['60', 'bash', '-c', `source ./.prelude; { ${command}\n} 2>&1`], {
      env: this.#env,
      cwd: this.#folder,
    })
  }
}
