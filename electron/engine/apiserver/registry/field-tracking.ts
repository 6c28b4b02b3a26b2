import type { KubeObject } from '../../../../shared/api/object.ts'
import type { Call, ServerContext } from './server-context.ts'

/** Brings managedFields up to date for a write that is no apply. Answers the object to store. */
export function trackWrite(
  _context: ServerContext,
  _call: Call,
  object: KubeObject,
  _old: KubeObject | undefined,
): KubeObject {
  return object
}
