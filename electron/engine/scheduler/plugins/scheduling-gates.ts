import type { SchedulingPlugin } from '../framework.ts'

/** Holds pods back while they have scheduling gates; they are not even tried. */
export const schedulingGates: SchedulingPlugin = {
  name: 'SchedulingGates',
  weight: 0,
  admits: ({ spec }) => (spec?.schedulingGates?.length ?? 0) === 0,
}
