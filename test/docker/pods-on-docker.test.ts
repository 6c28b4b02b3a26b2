import { randomUUID } from 'node:crypto'
import { PassThrough, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { PodLogOptions } from '../../electron/engine/apiserver/pod-streams.ts'
import { ContainerCounterReader } from '../../electron/engine/docker/container-counters.ts'
import { label, ownedBy } from '../../electron/engine/docker/labels.ts'
import { replyPathCommands } from '../../electron/engine/docker/reply-path.ts'
import type { ContainerSpec, MountSpec, SandboxSpec, VolumeFile } from '../../electron/engine/kubelet/pod-runtime.ts'
import { SystemClock } from '../../electron/engine/system-clock.ts'
import { type RuntimeBench, startRuntimeBench } from '../support/docker-runtime.ts'
import { containerSpec, type PodNames, sandboxSpec } from '../support/pod-specs.ts'

const never = new AbortController().signal
const everything: PodLogOptions = { follow: true, previous: false, timestamps: false, stream: 'All' }
const sleeps = ['sh', '-c', 'sleep 3600']

let bench: RuntimeBench
beforeAll(async () => {
  bench = await startRuntimeBench()
})
afterAll(() => bench.close())

function file(path: string, content: string, more: Partial<VolumeFile> = {}): VolumeFile {
  return { path, content: Buffer.from(content), mode: 0o644, ...more }
}

function mount(volume: string, mountPath: string, more: Partial<MountSpec> = {}): MountSpec {
  return { volume, mountPath, readOnly: false, ...more }
}

interface RunningPod {
  readonly pod: PodNames
  readonly sandboxId: string
  add(command: readonly string[], more?: Partial<ContainerSpec>): Promise<string>
}

async function runPod(more: Partial<SandboxSpec> = {}): Promise<RunningPod> {
  const uid = randomUUID()
  const pod = { uid, namespace: 'default', name: `pod-${uid.slice(0, 8)}`, node: 'node-1' }
  const sandboxId = await bench.runtime.runSandbox(sandboxSpec(pod, { podIP: bench.podIP(), ...more }))
  let containers = 0
  const add = async (command: readonly string[], spec: Partial<ContainerSpec> = {}) => {
    const name = `c${containers++}`
    const id = await bench.runtime.createContainer(
      containerSpec(pod, sandboxId, { name, image: bench.image, command, ...spec }),
    )
    await bench.runtime.startContainer(id)
    return id
  }
  return { pod, sandboxId, add }
}

const logOf = async (id: string, options: Partial<PodLogOptions> = {}) =>
  text(await bench.runtime.logs(id, { ...everything, ...options }, never))

/** What a command of a new container prints until it ends. */
async function output(pod: RunningPod, script: string, spec: Partial<ContainerSpec> = {}): Promise<string> {
  return logOf(await pod.add(['sh', '-c', script], spec))
}

async function exec(id: string, script: string): Promise<string> {
  const stdout = new PassThrough()
  await bench.runtime.exec(id, { command: ['sh', '-c', script], stdout, stderr: stdout, tty: false }, never)
  stdout.end()
  return text(stdout)
}

describe('the sandbox', () => {
  it("gives the pod its address, host name, hosts and resolv.conf, in place of the engine's", async () => {
    const pod = await runPod({
      hostname: 'web-0',
      hosts: '127.0.0.1\tlocalhost\n10.1.2.3\tdb.example\n',
      resolvConf: 'search default.svc.cluster.local\nnameserver 10.43.128.10\n',
    })
    const podIP = (await bench.runtime.inspectPod(pod.pod.uid))?.sandboxes[0]?.podIP
    const printed = await output(pod, 'hostname; cat /etc/hosts /etc/resolv.conf; ip -4 addr show eth0')
    expect(printed).toContain(
      'web-0\n127.0.0.1\tlocalhost\n10.1.2.3\tdb.example\nsearch default.svc.cluster.local\nnameserver 10.43.128.10\n',
    )
    expect(printed).toContain(`inet ${podIP}/16`)
  })

  it('reaps the orphans of a shared process namespace', async () => {
    const pod = await runPod({ shareProcessNamespace: true })
    const printed = await output(pod, '(sleep 0.1 &) ; sleep 0.5; ps -o pid,stat,args', { shareProcessNamespace: true })
    // More letters follow where the engine runs niced, say.
    expect(printed).toMatch(/^\s+1 S\S*\s+\/sandbox/m)
    expect(printed).not.toMatch(/^\s+\d+ Z/m)
  })

  it('sets up the way of replies through the gateway', async () => {
    const pod = await runPod()
    const path = { gatewayIP: bench.podIP(), gatewayMac: '02:42:0a:01:02:03', mark: 0x51 }
    await bench.runtime.runInSandbox(pod.sandboxId, replyPathCommands(path))
    const printed = await output(pod, 'ip rule; ip route show table 81')
    expect(printed).toContain('from all fwmark 0x51 lookup 81')
    expect(printed).toContain(`default via ${path.gatewayIP} dev eth0`)
  })

  it("joins the node's own network when the pod asks for it", async () => {
    const anchor = await runPod({ hostname: 'node-7' })
    const address = (await bench.runtime.inspectPod(anchor.pod.uid))?.sandboxes[0]?.podIP
    bench.anchors.set('node-1', anchor.sandboxId)
    const pod = await runPod({ hostNetwork: true, podIP: undefined, hostname: 'node-7' })
    expect(await output(pod, 'hostname; ip -4 addr show eth0')).toMatch(new RegExp(`^node-7\n[^]*inet ${address}/16`))
    expect((await bench.runtime.inspectPod(pod.pod.uid))?.sandboxes[0]?.podIP).toBeUndefined()
  })

  it('refuses wrong commands with a text', async () => {
    const pod = await runPod()
    await expect(bench.runtime.runInSandbox(pod.sandboxId, [['nonsense', 1]])).rejects.toThrow(
      'unknown command nonsense',
    )
    await expect(bench.runtime.runInSandbox(pod.sandboxId, [['netlink', 12, 'AAAA']])).resolves.toEqual([''])
  })
})

describe('volumes', () => {
  it('have the kubelet’s modes, are shared by the containers, and hold what they were given', async () => {
    const secret = file('token', 's3cret', { mode: 0o440, gid: 2000 })
    const pod = await runPod({
      volumes: [
        { name: 'config', type: 'files', medium: 'disk', files: [file('a', 'one'), file('sub dir/ü%', 'two')] },
        { name: 'secret', type: 'files', medium: 'memory', files: [secret] },
        { name: 'scratch', type: 'directory', medium: 'disk' },
        { name: 'memory', type: 'directory', medium: 'memory', sizeBytes: 1024 * 1024 },
      ],
    })
    const mounts = ['config', 'secret', 'scratch', 'memory'].map((name) => mount(name, `/${name}`))
    const as = { mounts, user: { uid: 1000, gid: 1000 }, supplementalGroups: [2000] }
    const script = [
      'stat -c "%a %n" /config /secret /scratch /memory',
      'cat /config/a "/config/sub dir/ü%" /secret/token; echo',
      'stat -L -c "%a %g" /secret/token',
      'touch /config/new 2>&1 || true',
      'echo kept > /scratch/file; df -k /memory | tail -1 | tr -s " " | cut -d" " -f1,2',
    ]
    expect(await output(pod, script.join('\n'), as)).toBe(
      '777 /config\n1777 /secret\n777 /scratch\n1777 /memory\nonetwos3cret\n440 2000\n' +
        'touch: /config/new: Read-only file system\ntmpfs 1024\n',
    )
    expect(await output(pod, 'cat /scratch/file', as)).toBe('kept\n')
  })

  it('never show a reader anything but old or new contents while they are replaced', async () => {
    const contents = (version: number) => [
      file('a', `${version}\n`),
      file('b', `${version}\n`),
      file(`only-${version}`, ''),
    ]
    const pod = await runPod({ volumes: [{ name: 'config', type: 'files', medium: 'disk', files: contents(0) }] })
    const reader = 'trap "exit 0" TERM; while true; do cat /config/a >/dev/null || echo failed; done'
    const id = await pod.add(['sh', '-c', reader], { mounts: [mount('config', '/config')] })
    for (let version = 1; version <= 20; version++) {
      await bench.runtime.updateFiles(pod.pod.uid, 'config', contents(version))
    }
    expect(await exec(id, 'ls /config; cat /config/a /config/b; ls -A /config | wc -l')).toBe(
      'a\nb\nonly-20\n20\n20\n5\n',
    )
    await bench.runtime.stopContainer(id, 10_000)
    expect(await logOf(id)).toBe('')
  })

  it('tell how much they hold, a file with two names once', async () => {
    const pod = await runPod({ volumes: [{ name: 'scratch', type: 'directory', medium: 'disk' }] })
    const usage = () => bench.runtime.volumeUsage(pod.pod.uid, 'scratch')
    expect(await usage()).toBeLessThan(65_536)
    const script =
      'mkdir /scratch/a; dd if=/dev/zero of=/scratch/a/b bs=1M count=3 2>&1; sync; ln /scratch/a/b /scratch/c'
    await output(pod, `${script}; ln -s / /scratch/root`, { mounts: [mount('scratch', '/scratch')] })
    expect(Math.floor((await usage()) / (1024 * 1024))).toBe(3)
  })

  it('are given to fsGroup', async () => {
    const pod = await runPod({
      fsGroup: 3000,
      volumes: [
        { name: 'config', type: 'files', medium: 'memory', files: [file('a', 'x', { mode: 0o400 })] },
        { name: 'scratch', type: 'directory', medium: 'disk' },
      ],
    })
    const mounts = [mount('config', '/config'), mount('scratch', '/scratch')]
    expect(await output(pod, 'stat -L -c "%a %g" /config/a /scratch', { mounts })).toBe('440 3000\n2777 3000\n')
  })

  it('are mounted by subPath, which is made where it is missing and may not leave the volume', async () => {
    const pod = await runPod({
      volumes: [
        { name: 'config', type: 'files', medium: 'disk', files: [file('nginx.conf', 'server\n')] },
        { name: 'scratch', type: 'directory', medium: 'disk' },
      ],
    })
    const mounts = [
      mount('config', '/etc/nginx.conf', { subPath: 'nginx.conf', readOnly: true }),
      mount('scratch', '/data', { subPath: 'made/here' }),
      mount('scratch', '/all'),
    ]
    const script = 'cat /etc/nginx.conf; echo x > /data/f; ls /all/made/here; ln -s / /all/out'
    expect(await output(pod, script, { mounts })).toBe('server\nf\n')
    const outside = pod.add(sleeps, { mounts: [mount('scratch', '/data', { subPath: 'out/etc' })] })
    await expect(outside).rejects.toMatchObject({
      reason: 'CreateContainerConfigError',
      message: 'failed to prepare subPath for volumeMount "scratch" of container "c1"',
    })
  })

  it('of a host path must be what they are said to be', async () => {
    const volume = (path: string, check: string) => ({ name: 'host', type: 'hostPath' as const, path, check })
    const pod = await runPod({ volumes: [volume('/etc', 'Directory')] })
    expect(await output(pod, 'ls /host/hostname', { mounts: [mount('host', '/host')] })).toBe('/host/hostname\n')
    const before = (await bench.engine.listContainers(ownedBy(bench.owner))).length
    for (const path of ['/etc/hostname', '/nowhere/at/all']) {
      await expect(runPod({ volumes: [volume(path, 'Directory')] })).rejects.toMatchObject({
        reason: 'FailedCreatePodSandBox',
        message: `hostPath type check failed: ${path} is not a directory`,
      })
    }
    expect(await bench.engine.listContainers(ownedBy(bench.owner))).toHaveLength(before)
  })
})

describe('a host file', () => {
  it('is made where it is missing and may be', async () => {
    const path = `/tmp/slipway-${randomUUID()}`
    const volumes = [{ name: 'host', type: 'hostPath' as const, path, check: 'FileOrCreate' }]
    const pod = await runPod({ volumes })
    const mounts = [mount('host', '/file')]
    expect(await output(pod, 'stat -c "%F %a" /file; echo kept > /file', { mounts })).toBe('regular empty file 644\n')
    expect(await output(await runPod({ volumes }), 'cat /file', { mounts })).toBe('kept\n')
    const folder = [{ name: 'tmp', type: 'hostPath' as const, path: '/tmp', check: 'Directory' }]
    await output(await runPod({ volumes: folder }), `rm /tmp/${path.slice(5)}`, { mounts: [mount('tmp', '/tmp')] })
  })
})

describe('logs', () => {
  it('carry times of nine digits, join long lines, and obey their options', async () => {
    const pod = await runPod()
    const long = 'head -c 40000 /dev/zero | tr "\\0" x; echo; echo short; echo bad >&2'
    const id = await pod.add(['sh', '-c', long])
    const timed = (await logOf(id, { timestamps: true, stream: 'Stdout' })).split('\n')
    expect(timed).toHaveLength(3)
    expect(timed[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z x{40000}$/)
    expect(timed[1]).toMatch(/^\S+Z short$/)
    expect(await logOf(id, { stream: 'Stderr' })).toBe('bad\n')
    expect(await logOf(id, { limitBytes: 10, stream: 'Stdout' })).toBe('xxxxxxxxxx')
    expect(await logOf(id, { sinceSeconds: 3600, stream: 'Stderr' })).toBe('bad\n')
    expect(await logOf(id, { sinceTime: '2199-01-01T00:00:00Z' })).toBe('')
    expect(await logOf(id, { stream: 'Stdout', tailLines: 1, follow: false })).toBe('short\n')
    expect(await logOf(id, { stream: 'Stdout', tailLines: 2, follow: false })).toBe(`${'x'.repeat(40000)}\nshort\n`)
  })
})

describe('exec, attach and port-forward', () => {
  it('carry input, a terminal with its size, and exit codes', async () => {
    const pod = await runPod()
    const id = await pod.add(sleeps)
    const [stdin, stdout] = [new PassThrough(), new PassThrough()]
    stdin.end('typed\n')
    expect(await bench.runtime.exec(id, { command: ['cat'], stdin, stdout, tty: false }, never)).toBe(0)
    expect(String(stdout.read())).toBe('typed\n')
    const terminal = { stdin: new PassThrough(), stdout: new PassThrough() }
    const code = bench.runtime.exec(
      id,
      { command: ['sh'], ...terminal, tty: true, onResize: (say) => say({ width: 100, height: 33 }) },
      never,
    )
    terminal.stdin.write('while [ "$(stty size)" != "33 100" ]; do sleep 0.05; done; tty; exit 5\n')
    expect(await code).toBe(5)
    expect(String(terminal.stdout.read())).toContain('/dev/pts/')
  })

  it('tells that a command is not there', async () => {
    const id = await (await runPod()).add(sleeps)
    const said = new PassThrough()
    const code = await bench.runtime.exec(id, { command: ['nope'], stdout: said, stderr: said, tty: false }, never)
    expect([126, 127]).toContain(code)
    expect(String(said.read())).toContain('executable file not found')
  })

  it('ends the command of a client that went away', async () => {
    const id = await (await runPod()).add(sleeps)
    const left = new AbortController()
    const stdout = new PassThrough()
    const ran = bench.runtime.exec(
      id,
      { command: ['sh', '-c', 'echo on; exec sleep 4711'], stdout, tty: false },
      left.signal,
    )
    await firstOf(stdout)
    left.abort()
    await expect(ran).rejects.toBeDefined()
    expect(await exec(id, 'ps -o args | grep "[s]leep 4711" | wc -l')).toBe('0\n')
  })

  it('attaches to a container', async () => {
    const id = await (await runPod()).add(['sh', '-c', 'read line; echo "got $line"; exit 0'], {
      stdin: true,
      stdinOnce: true,
    })
    const [stdin, stdout] = [new PassThrough(), new PassThrough()]
    const attached = bench.runtime.attach(id, { stdin, stdout, tty: false }, never)
    stdin.write('this\n')
    await attached
    expect(String(stdout.read())).toBe('got this\n')
  })

  it('connects to a port of the pod’s loopback', async () => {
    const pod = await runPod()
    await pod.add(['sh', '-c', 'nc -ll -p 8080 -e /bin/cat'])
    const big = 'x'.repeat(300_000)
    const connection = await retrying(() => bench.runtime.portForward(pod.sandboxId, 8080))
    connection.end(big)
    expect((await text(connection)).length).toBe(big.length)
    await expect(bench.runtime.portForward(pod.sandboxId, 8081)).rejects.toThrow('Connection refused')
  })
})

describe('a cluster', () => {
  it('is found again by a new process, and leaves nothing of a removed pod', async () => {
    const pod = await runPod({ volumes: [{ name: 'v', type: 'directory', medium: 'disk' }] })
    const id = await pod.add(sleeps)
    const again = bench.reopen()
    const found = (await again.list()).find((each) => each.uid === pod.pod.uid)
    expect(found).toMatchObject({ ...pod.pod, containers: [{ id, name: 'c0', state: 'running' }] })
    await again.removePod(pod.pod.uid)
    const mine = ownedBy(bench.owner, { [label.podUid]: pod.pod.uid })
    expect(await bench.engine.listContainers(mine)).toEqual([])
    expect(await bench.engine.listVolumes(mine)).toEqual([])
  })

  it('neither sees nor touches another', async () => {
    const other = await startRuntimeBench()
    try {
      const pod = await runPod()
      const id = await pod.add(sleeps)
      expect(await other.runtime.list()).toEqual([])
      await other.runtime.removePod(pod.pod.uid)
      await other.runtime.pause(new SystemClock())
      const [container] = (await bench.runtime.inspectPod(pod.pod.uid))?.containers ?? []
      expect(container).toMatchObject({ id, state: 'running' })
    } finally {
      await other.close()
    }
  })

  it('says OOMKilled of a container that the kernel killed', async () => {
    const pod = await runPod()
    const id = await pod.add(['sh', '-c', 'exec tail -c 200000000 /dev/zero'], { memoryLimitBytes: 20_000_000 })
    await logOf(id)
    const [container] = (await bench.runtime.inspectPod(pod.pod.uid))?.containers ?? []
    expect(container).toMatchObject({ state: 'exited', exitCode: 137, oomKilled: true })
  })

  it("has the same use by the kernel's files as by the engine's statistics", async () => {
    const pod = await runPod()
    // Processor time, memory of its own, and pages of a file that the kernel could drop; then all stands still.
    const use =
      'x=$(head -c 3000000 /dev/zero | tr "\\0" x); head -c 9000000 /dev/zero > /f; cat /f > /dev/null; echo used'
    const id = await pod.add(['sh', '-c', `${use}; while true; do sleep 3600; done`])
    expect(String(await firstOf(await bench.runtime.logs(id, everything, never)))).toContain('used')
    const asked = vi.spyOn(bench.engine, 'containerStats')
    const compared = async () => {
      const counters = await countersOf(id, '/')
      expect(asked).not.toHaveBeenCalled()
      const byEngine = await countersOf(id, undefined).finally(() => asked.mockClear())
      expect(counters).toEqual({ ...byEngine, memoryBytes: expect.closeTo(byEngine?.memoryBytes ?? 0, -6) })
      return counters
    }
    // The two are read one after the other: equal once the container does nothing any more.
    const byFiles = await vi.waitFor(compared, { timeout: 20_000, interval: 100 })
    expect(byFiles?.cpuNanos).toBeGreaterThan(1_000_000n)
    expect(byFiles?.memoryBytes).toBeGreaterThan(3_000_000)
  })
})

async function countersOf(id: string, root: string | undefined) {
  const counters = await new ContainerCounterReader({ ...bench, root }).read()
  return counters.find((one) => one.id === id)
}

async function firstOf(stream: Readable): Promise<unknown> {
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) return chunk
  return undefined
}

/** The server of the test needs a moment to listen. */
async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (tries === 20) throw error
    }
  }
}
