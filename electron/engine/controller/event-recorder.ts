import type { KubeObject } from '../../../shared/api/object.ts'
import { resources } from '../../../shared/api/resources.ts'
import { isApiError } from '../../../shared/api/status.ts'
import { timestamp } from '../../../shared/api/timestamp.ts'
import type { Event, ObjectReference } from '../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../shared/lang/clock.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import type { Logger } from '../../../shared/lang/logger.ts'
import type { Client, ResourceClient } from '../client/client.ts'
import { isNamespaceTerminating } from './controller.ts'
import { type Correlation, EventCorrelator } from './event-correlator.ts'

export interface EventOptions {
  /** The part of the object that it is about: "spec.containers{web}". */
  readonly fieldPath?: string
  readonly annotations?: Record<string, string>
}

/** Tells users what happened to an object. Never fails and never waits: an event that can't be written is dropped. */
export interface EventRecorder extends Disposable {
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, options?: EventOptions): void
  /** Resolves when everything recorded so far was written or dropped. */
  flushed(): Promise<void>
}

export interface EventRecorderDeps {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
  /** Who says it: "deployment-controller", "kubelet". */
  readonly component: string
  /** The node it runs on, for kubelets. */
  readonly host?: string
}

/** As many events may wait to be written; more are dropped. */
const MAX_QUEUED = 1000

export function createEventRecorder(deps: EventRecorderDeps): EventRecorder {
  const correlator = new EventCorrelator(deps.clock)
  const events = deps.client.resource(resources.events)
  let queued = 0
  let disposed = false
  let writing: Promise<void> = Promise.resolve()

  const write = async (event: Event) => {
    try {
      if (!disposed) await writeCorrelated(events, correlator, event)
    } catch (error) {
      const level = isNamespaceTerminating(error) || isApiError(error, 'NotFound') ? 'debug' : 'warn'
      deps.logger[level]({ err: error, reason: event.reason }, 'event was not written')
    }
    queued -= 1
  }

  return {
    event(about, type, reason, message, options = {}) {
      if (disposed || queued >= MAX_QUEUED) return
      queued += 1
      const event = makeEvent(deps, about, { type, reason, message, ...options })
      writing = writing.then(() => write(event))
    },
    flushed: () => writing,
    dispose() {
      disposed = true
    },
  }
}

async function writeCorrelated(events: ResourceClient<Event>, correlator: EventCorrelator, event: Event) {
  const correlation: Correlation = correlator.correlate(event)
  if (correlation.write === 'nothing') return
  if (correlation.write === 'count') {
    const { metadata, count, lastTimestamp, message } = correlation.event
    try {
      const body = { count, lastTimestamp, message }
      const key = { name: metadata.name ?? '', namespace: metadata.namespace }
      await events.patch(key, { type: 'application/strategic-merge-patch+json', body })
      return
    } catch (error) {
      // The event has expired or was deleted meanwhile: it is written again, with its count.
      if (!isApiError(error, 'NotFound')) throw error
    }
  }
  await events.create(correlation.event)
}

interface Said extends EventOptions {
  readonly type: string
  readonly reason: string
  readonly message: string
}

/** Shared by all recorders of the process, because two of them may speak of one object in the same millisecond. */
let sequence = 0

function makeEvent(deps: EventRecorderDeps, about: KubeObject, said: Said): Event {
  const at = timestamp(deps.clock.now())
  const involvedObject = referenceTo(about, said.fieldPath)
  const namespace = about.metadata.namespace || 'default'
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${about.metadata.name}.${nanosecondsHex(deps.clock.now())}`,
      namespace,
      ...(said.annotations ? { annotations: said.annotations } : {}),
    },
    involvedObject,
    reason: said.reason,
    message: said.message,
    source: { component: deps.component, ...(deps.host ? { host: deps.host } : {}) },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    type: said.type,
    reportingComponent: deps.component,
    reportingInstance: deps.host ?? '',
  }
}

function nanosecondsHex(epochMs: number): string {
  sequence = (sequence + 1) % 1_000_000
  return (BigInt(Math.floor(epochMs)) * 1_000_000n + BigInt(sequence)).toString(16)
}

function referenceTo(about: KubeObject, fieldPath: string | undefined): ObjectReference {
  const { namespace, name, uid, resourceVersion } = about.metadata
  return {
    kind: about.kind,
    apiVersion: about.apiVersion,
    ...(namespace ? { namespace } : {}),
    name: name ?? '',
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
    ...(fieldPath ? { fieldPath } : {}),
  }
}
