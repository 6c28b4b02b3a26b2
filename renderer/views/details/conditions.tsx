import type { KubeObject } from '../../../shared/api/object.ts'
import { parseTimestamp } from '../../../shared/api/timestamp.ts'
import { useText } from '../../app/hooks.ts'
import { Age } from '../../ui/age.tsx'
import { Mark } from '../../ui/state-mark.tsx'
import type { Tone } from '../object-state.ts'

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly lastTransitionTime?: string | undefined
}

/** Conditions whose True is bad news; for all others False is. */
const NEGATIVE = new Set([
  'MemoryPressure',
  'DiskPressure',
  'PIDPressure',
  'NetworkUnavailable',
  'ReplicaFailure',
  'DisruptionTarget',
  'Failed',
  'FailureTarget',
  'ControllerResizeError',
  'NodeResizeError',
  'ModifyVolumeError',
])

/** Conditions that are neither good nor bad news. */
const NEUTRAL = new Set([
  'ScalingLimited',
  'DisruptionAllowed',
  'Suspended',
  'Resizing',
  'FileSystemResizePending',
  'ModifyingVolume',
])

export function conditionTone({ type, status }: Pick<Condition, 'type' | 'status'>): Tone {
  if (NEUTRAL.has(type)) return 'idle'
  if (status === 'Unknown') return 'warning'
  return (status === 'True') === NEGATIVE.has(type) ? 'bad' : 'good'
}

export function Conditions({ object }: { object: KubeObject }) {
  const text = useText()
  const { status } = object as { status?: { conditions?: readonly Condition[] } }
  const conditions = status?.conditions ?? []
  if (conditions.length === 0) return null
  return (
    <section className="section">
      <h3>{text.details.conditions}</h3>
      <ul className="conditions">
        {conditions.map((condition) => (
          <li key={condition.type} title={condition.message}>
            <Mark tone={conditionTone(condition)} />
            <span>{condition.type}</span>
            <span className="condition-status">{condition.status}</span>
            <span className="faint condition-reason">{condition.reason}</span>
            <span className="faint condition-age">
              <Age since={parseTimestamp(condition.lastTransitionTime)} />
            </span>
            {condition.message && !['good', 'idle'].includes(conditionTone(condition)) ? (
              <p className="condition-message">{condition.message}</p>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  )
}
