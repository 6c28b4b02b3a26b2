import { dns1123Subdomain, pathSegmentName, qualifiedName } from '../../../../../shared/api/names.ts'
import type { Event } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, invalid, required } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { printInternal } from '../internal-form.ts'
import type { KindStrategy } from '../strategy.ts'

const NEW_GROUP = 'events.k8s.io/v1'
const MAX_TEXT = 128
const MAX_MESSAGE = 1024

/** Events of both groups are stored as those of the core group; what is valid depends on the group that is spoken. */
export const eventStrategy: KindStrategy<Event> = {
  createOnUpdate: true,
  validateName: pathSegmentName,
  validate(event, { groupVersion }) {
    const errors = legacyErrors(event, groupVersion)
    return groupVersion === NEW_GROUP ? [...errors, ...newEventErrors(event)] : errors
  },
  validateUpdate(event, old, { groupVersion }) {
    const errors = legacyErrors(event, groupVersion)
    return groupVersion === NEW_GROUP ? [...errors, ...seriesErrors(event), ...changeErrors(event, old)] : errors
  },
  selectableFields(event) {
    const { involvedObject, source } = event
    const fields: Record<string, string> = {
      reason: event.reason ?? '',
      reportingComponent: event.reportingComponent ?? '',
      source: source?.component || event.reportingComponent || '',
      type: event.type ?? '',
    }
    for (const name of ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const) {
      fields[`involvedObject.${name}`] = involvedObject?.[name] ?? ''
    }
    return fields
  },
}

/** legacyValidateEvent: an event lives in its object's namespace; with an eventTime it must say who reports what. */
function legacyErrors(event: Event, groupVersion: string): FieldError[] {
  const { namespace = '' } = event.metadata
  const about = event.involvedObject.namespace ?? ''
  const errors: FieldError[] = []
  const agrees = about === '' ? namespace === '' || namespace === 'default' : about === namespace
  if (!agrees) errors.push(invalid('involvedObject.namespace', about, 'does not match event.namespace'))
  if (event.eventTime) errors.push(...reportErrors(event, groupVersion))
  return [...errors, ...dns1123Subdomain(namespace).map((why) => invalid('namespace', namespace, why))]
}

function reportErrors(event: Event, groupVersion: string): FieldError[] {
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event
  const controller = groupVersion === NEW_GROUP ? 'reportingController' : 'reportingComponent'
  const errors: FieldError[] = []
  const long = (field: string, text: string, max: number) => {
    if (text.length > max) errors.push(invalid(field, '', `can have at most ${max} characters`))
  }
  if (reportingComponent === '') errors.push(required(controller))
  errors.push(...qualifiedName(reportingComponent).map((why) => invalid(controller, reportingComponent, why)))
  const texts = { reportingInstance, action, reason }
  for (const [field, text] of Object.entries(texts)) {
    if (text === '') errors.push(required(field))
    long(field, text, MAX_TEXT)
  }
  long('message', message, MAX_MESSAGE)
  return errors
}

function newEventErrors(event: Event): FieldError[] {
  const errors = seriesErrors(event)
  if (!event.eventTime) errors.push(required('eventTime'))
  const { type = '' } = event
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalid('type', '', `has invalid value: ${type}`))
  const unset = (field: string, isSet: boolean) => {
    if (isSet) errors.push(invalid(field, '', 'needs to be unset'))
  }
  unset('firstTimestamp', !!event.firstTimestamp)
  unset('lastTimestamp', !!event.lastTimestamp)
  unset('count', !!event.count)
  unset('source', !!(event.source?.component || event.source?.host))
  return errors
}

function seriesErrors({ series }: Event): FieldError[] {
  if (!series) return []
  const errors: FieldError[] = []
  if ((series.count ?? 0) < 2) errors.push(invalid('series.count', '', 'should be at least 2'))
  if (!series.lastObservedTime) errors.push(required('series.lastObservedTime'))
  return errors
}

/** Everything but the series stays. */
function changeErrors(event: Event, old: Event): FieldError[] {
  const fields = {
    involvedObject: 'core.v1.ObjectReference',
    reason: '',
    message: '',
    source: 'core.v1.EventSource',
    firstTimestamp: '',
    lastTimestamp: '',
    count: '',
    type: '',
    eventTime: '',
    action: '',
    related: 'core.v1.ObjectReference',
    reportingComponent: '',
    reportingInstance: '',
  } as const
  return Object.entries(fields).flatMap(([field, type]) => {
    const value = event[field as keyof typeof fields]
    if (semanticallyEqual(value, old[field as keyof typeof fields])) return []
    const name = field === 'reportingComponent' ? 'reportingController' : field
    return [
      invalid(name, type === '' || value === undefined ? value : printInternal(type, value), 'field is immutable'),
    ]
  })
}
