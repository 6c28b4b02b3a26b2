import { parseTimestamp } from '../../../../shared/api/timestamp.ts'
import type { Pod, Probe } from '../../../../shared/api/types/core-v1.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type { ProbeOutcome } from '../plan/plan-pod.ts'
import { newestContainer, type PodContainer, podContainers } from '../pod-containers.ts'
import { fileInputs, type PodDeps } from '../pod-context.ts'
import type { PodMemory } from '../pod-memory.ts'
import type { ObservedContainer, ObservedPod } from '../pod-runtime.ts'
import { ProbeLoop, type ProbeType } from './probe-loop.ts'
import type { ProbeResult } from './probe-target.ts'
import { runProbe } from './run-probe.ts'

/** The probes of one pod: a loop for each probe of each running container; its verdicts go to the pod's memory. */
export class PodProbes implements Disposable {
  readonly #deps: PodDeps
  readonly #memory: PodMemory
  readonly #onVerdict: () => void
  readonly #loops = new Map<string, ProbeLoop>()

  constructor(deps: PodDeps, memory: PodMemory, onVerdict: () => void) {
    this.#deps = deps
    this.#memory = memory
    this.#onVerdict = onVerdict
  }

  /** Starts and stops loops as containers come and go. Of a pod that ends only readiness is asked. */
  sync(pod: Pod, observed: ObservedPod | undefined, ending: boolean): void {
    const wanted = new Set<string>()
    for (const container of podContainers(pod)) {
      const running = newestContainer(observed, container.spec.name)
      if (running?.state !== 'running') continue
      for (const type of activeProbes(container, this.#memory.probes.get(running.id), ending)) {
        const key = `${running.id}/${type}`
        wanted.add(key)
        if (!this.#loops.has(key)) this.#loops.set(key, this.#loop(pod, container, running, type))
      }
    }
    for (const [key, loop] of this.#loops) {
      if (wanted.has(key)) continue
      loop.dispose()
      this.#loops.delete(key)
    }
  }

  dispose(): void {
    for (const loop of this.#loops.values()) loop.dispose()
    this.#loops.clear()
  }

  #loop(pod: Pod, container: PodContainer, running: ObservedContainer, type: ProbeType): ProbeLoop {
    const { clock } = this.#deps
    const probe = probeOf(container, type) as Probe
    const { podIP } = fileInputs(this.#deps, pod).addresses
    const target = { container: container.spec, containerId: running.id, podIP }
    return new ProbeLoop({
      clock,
      type,
      probe,
      firstMs: this.#firstMs(probe, running),
      run: () => runProbe(this.#deps, probe, target),
      saw: (result) => this.#saw(pod, container.spec.name, type, result),
      decided: (passed) => {
        this.#memory.probes.set(running.id, { ...this.#memory.probes.get(running.id), [type]: passed })
        this.#onVerdict()
      },
    })
  }

  /** After the initial delay; adopted containers somewhere within a period, so that not all are asked at once. */
  #firstMs(probe: Probe, running: ObservedContainer): number {
    const { clock, random } = this.#deps
    const ageMs = clock.now() - (parseTimestamp(running.startedAt) ?? clock.now())
    const spreadMs = this.#memory.isAdopted(running.id) ? random() * (probe.periodSeconds || 10) * 1000 : 0
    return Math.max(spreadMs, (probe.initialDelaySeconds ?? 0) * 1000 - ageMs)
  }

  #saw(pod: Pod, container: string, type: ProbeType, result: ProbeResult): void {
    const name = `${type[0]?.toUpperCase()}${type.slice(1)}`
    if (result.kind === 'failure') {
      this.#deps.record(pod, 'Warning', 'Unhealthy', `${name} probe failed: ${result.output}`, container)
    } else if (result.kind === 'error') {
      const message = `${name} probe errored and resulted in unknown state: ${result.output}`
      this.#deps.record(pod, 'Warning', 'Unhealthy', message, container)
    } else if (result.kind === 'warning') {
      this.#deps.record(pod, 'Warning', 'ProbeWarning', `${name} probe warning: ${result.output}`, container)
    }
  }
}

function probeOf({ spec }: PodContainer, type: ProbeType): Probe | undefined {
  return { startup: spec.startupProbe, liveness: spec.livenessProbe, readiness: spec.readinessProbe }[type]
}

/** The startup probe comes first and alone; those that reached a final verdict are done. */
function activeProbes(container: PodContainer, outcome: ProbeOutcome | undefined, ending: boolean): ProbeType[] {
  const { startupProbe, livenessProbe, readinessProbe } = container.spec
  if (container.type === 'ephemeral' || (container.type === 'init' && !container.sidecar)) return []
  if (startupProbe && outcome?.startup === undefined) return ending ? [] : ['startup']
  if (startupProbe && outcome?.startup === false) return []
  return [
    ...(livenessProbe && !ending && outcome?.liveness !== false ? (['liveness'] as const) : []),
    ...(readinessProbe ? (['readiness'] as const) : []),
  ]
}
