import type { ContainerType } from '../pod-containers.ts'

export type KillReason = 'Liveness' | 'Startup' | 'Changed'

/** One step towards the desired pod. Steps of a plan run in order; a failed `run sandbox` ends the plan. */
export type Action =
  | { readonly do: 'run sandbox'; readonly attempt: number }
  /** Stops every container and the sandbox: the sandbox died, or nothing is left to run. */
  | { readonly do: 'stop pod'; readonly why: 'sandbox changed' | 'completed' }
  /** The pod ends for good: preStop hooks, grace, then the sandbox. */
  | { readonly do: 'terminate'; readonly graceMs: number }
  /** Everything of the pod leaves the engine; a deleted pod then leaves the API. */
  | { readonly do: 'remove pod' }
  | {
      readonly do: 'kill'
      readonly name: string
      readonly id: string
      readonly reason: KillReason
      readonly restart: boolean
    }
  | { readonly do: 'start'; readonly name: string; readonly type: ContainerType; readonly attempt: number }
  /** An older dead container than the one kept for `logs --previous`. */
  | { readonly do: 'remove container'; readonly name: string; readonly id: string; readonly attempt: number }
  /** Nothing to do for this container before its time has come. */
  | { readonly do: 'hold'; readonly name: string; readonly untilMs: number; readonly reason: string }

/** A plan in words, for tests and logs. */
export function describeAction(action: Action): string {
  switch (action.do) {
    case 'run sandbox':
      return `run sandbox ${action.attempt}`
    case 'stop pod':
      return `stop pod: ${action.why}`
    case 'terminate':
      return `terminate within ${action.graceMs / 1000}s`
    case 'remove pod':
      return 'remove pod'
    case 'kill':
      return `kill ${action.name}: ${action.reason}${action.restart ? ', restart' : ''}`
    case 'start':
      return `start ${action.type} ${action.name} ${action.attempt}`
    case 'remove container':
      return `remove ${action.name} ${action.attempt}`
    case 'hold':
      return `hold ${action.name}: ${action.reason} until ${action.untilMs / 1000}s`
  }
}
