import { SimulatedRuntime } from '../../electron/engine/kubelet/simulated/simulated-runtime.ts'
import { ManualClock } from '../../shared/lang/manual-clock.ts'
import { podRuntimeConformance } from './pod-runtime.ts'

podRuntimeConformance('simulated', async () => {
  const clock = new ManualClock()
  const exec = async () => ({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' })
  const runtime = new SimulatedRuntime({
    clock,
    images: {
      runs: { local: true, log: ['ready'], exec },
      stubborn: { local: true, log: ['ready'], stopMs: 3_600_000 },
      ends: { local: true, runMs: 10, exitCode: 3, log: ['one', 'two'], terminationMessage: 'done' },
      unstartable: {
        local: true,
        startError: { message: 'exec: "nope": executable file not found in $PATH', exitCode: 127 },
      },
    },
  })
  let addresses = 0
  return {
    runtime,
    workload: (kind) => ({ image: kind }),
    podIP: () => `10.43.1.${++addresses}`,
    async pass(ms) {
      clock.advance(ms)
      await new Promise((resolve) => setImmediate(resolve))
    },
    async close() {},
  }
})
