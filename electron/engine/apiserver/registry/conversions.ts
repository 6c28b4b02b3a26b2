import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Event as CoreEvent } from '../../../../shared/api/types/core-v1.ts'
import type { Event as NewEvent } from '../../../../shared/api/types/events-v1.ts'
import { autoscalerConversion } from './autoscaler-conversion.ts'
import type { Conversion } from './resource.ts'

/** events.k8s.io/v1 names the fields of a core Event anew. */
const eventConversion: Conversion = {
  toStorage(object) {
    const { note, regarding, reportingController, ...rest } = object as NewEvent
    const { deprecatedSource, deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, ...same } = rest
    return defined({
      ...same,
      apiVersion: 'v1',
      involvedObject: regarding ?? {},
      message: note,
      source: deprecatedSource ?? {},
      firstTimestamp: deprecatedFirstTimestamp ?? null,
      lastTimestamp: deprecatedLastTimestamp ?? null,
      count: deprecatedCount,
      reportingComponent: reportingController ?? '',
      reportingInstance: same.reportingInstance ?? '',
    })
  },
  fromStorage(object) {
    const { message, involvedObject, reportingComponent, source, firstTimestamp, lastTimestamp, count, ...same } =
      object as CoreEvent
    return defined({
      ...same,
      apiVersion: 'events.k8s.io/v1',
      note: message,
      regarding: involvedObject,
      reportingController: reportingComponent || undefined,
      reportingInstance: same.reportingInstance || undefined,
      deprecatedSource: source ?? {},
      deprecatedFirstTimestamp: firstTimestamp ?? null,
      deprecatedLastTimestamp: lastTimestamp ?? null,
      deprecatedCount: count,
    })
  },
}

function defined(value: Record<string, unknown>): KubeObject {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as unknown as KubeObject
}

/** Conversion to the storage version, by "group/version/Kind" of the served version. */
export const conversions: Readonly<Record<string, Conversion>> = {
  'events.k8s.io/v1/Event': eventConversion,
  'autoscaling/v1/HorizontalPodAutoscaler': autoscalerConversion,
}
