import { resources } from '../../../shared/api/resources.ts'
import { parseTimestamp } from '../../../shared/api/timestamp.ts'
import type { Event } from '../../../shared/api/types/core-v1.ts'
import { namespaceColumn } from '../common-columns.ts'
import { kindView } from '../kind-view.ts'
import type { ObjectState } from '../object-state.ts'
import { linkTo, textRows } from '../sections.ts'

/** When it happened last: a series says so itself, older writers in lastTimestamp, newer in eventTime. */
export function lastSeen(event: Event): number | undefined {
  const { series, lastTimestamp, eventTime, firstTimestamp, metadata } = event
  return parseTimestamp(
    series?.lastObservedTime || lastTimestamp || eventTime || firstTimestamp || metadata.creationTimestamp,
  )
}

export function eventCount(event: Event): number {
  return event.series?.count ?? event.count ?? 1
}

export function eventState({ type }: Event): ObjectState {
  return { word: type ?? 'Normal', tone: type === 'Warning' ? 'warning' : 'done' }
}

export const eventsView = kindView<Event>({
  id: 'events',
  group: 'cluster',
  ref: resources.events,
  state: eventState,
  sort: 'lastSeen',
  columns: [
    {
      id: 'lastSeen',
      width: 84,
      rank: 0,
      cell: (event) => ({ type: 'age', since: lastSeen(event) }),
      order: (event) => -(lastSeen(event) ?? 0),
    },
    { id: 'type', width: 100, rank: 1, cell: (event) => ({ type: 'state', state: eventState(event) }) },
    { id: 'reason', width: 150, rank: 0, cell: ({ reason }) => reason ?? '' },
    {
      id: 'object',
      width: 230,
      rank: 1,
      cell: ({ involvedObject: { kind, name } }) => `${kind} ${name}`,
    },
    namespaceColumn,
    { id: 'count', width: 64, rank: 4, cell: (event) => `${eventCount(event)}`, order: eventCount },
    { id: 'message', width: 240, flexible: true, rank: 0, cell: ({ message }) => message ?? '' },
  ],
  sections: (event, text) => [
    {
      title: text.details.properties,
      rows: [
        { label: text.columns.type, value: { type: 'state', state: eventState(event) } },
        { label: text.columns.lastSeen, value: { type: 'age', since: lastSeen(event) } },
        {
          label: text.columns.object,
          value: linkTo(
            event.involvedObject.kind ?? '',
            event.involvedObject.name ?? '',
            event.involvedObject.namespace,
          ),
        },
        ...textRows([
          [text.columns.reason, event.reason],
          [text.columns.count, eventCount(event)],
          [text.columns.message, event.message],
        ]),
      ],
    },
  ],
})
