import type { KubeObject } from '../../../shared/api/object.ts'
import { resources } from '../../../shared/api/resources.ts'
import { useLiveList, useText } from '../../app/hooks.ts'
import { Age } from '../../ui/age.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Mark } from '../../ui/state-mark.tsx'
import { eventCount, eventState, lastSeen } from '../events/events-view.ts'

/** What happened to one object, newest first. */
export function ObjectEvents({ cluster, object }: { cluster: string; object: KubeObject }) {
  const text = useText()
  const { objects, phase } = useLiveList(cluster, resources.events)
  const events = [...objects.values()]
    .filter(({ involvedObject }) => involvedObject.uid === object.metadata.uid)
    .sort((a, b) => (lastSeen(b) ?? 0) - (lastSeen(a) ?? 0))
  if (events.length === 0) {
    if (phase === 'loading') return <EmptyState busy title={text.list.loading} />
    return <EmptyState title={text.details.noEvents} text={text.details.noEventsHint} />
  }
  return (
    <ul className="event-list">
      {events.map((event) => (
        <li key={event.metadata.uid}>
          <Mark tone={eventState(event).tone} />
          <div>
            <div className="event-head">
              <strong>{event.reason}</strong>
              {eventCount(event) > 1 ? <span className="faint">{text.details.times(eventCount(event))}</span> : null}
              <span className="faint event-age">
                <Age since={lastSeen(event)} />
              </span>
            </div>
            <p>{event.message}</p>
            <p className="faint">{text.details.from(event.source?.component || event.reportingComponent || '')}</p>
          </div>
        </li>
      ))}
    </ul>
  )
}
