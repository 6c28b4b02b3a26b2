import { setTimeout as sleep } from 'node:timers/promises'
import { podRuntimeConformance, type Workload } from '../conformance/pod-runtime.ts'
import { startRuntimeBench } from '../support/docker-runtime.ts'

const commands: Record<Workload, readonly string[]> = {
  runs: ['sh', '-c', 'trap "exit 0" TERM; echo ready; while true; do sleep 3600 & wait $!; done'],
  stubborn: ['sh', '-c', 'trap "" TERM; echo ready; while true; do sleep 1; done'],
  ends: ['sh', '-c', 'echo one; echo two; printf done > /dev/termination-log; exit 3'],
  unstartable: ['nope'],
}

podRuntimeConformance('Docker', async () => {
  const bench = await startRuntimeBench()
  return {
    runtime: bench.runtime,
    workload: (kind) => ({ image: bench.image, command: commands[kind] }),
    podIP: bench.podIP,
    // The engine's time passes by itself: a long wait is for the engine to end early.
    pass: (ms) => sleep(Math.min(ms, 20)).then(() => undefined),
    close: bench.close,
  }
})
