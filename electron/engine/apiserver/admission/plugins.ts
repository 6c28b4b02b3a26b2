import type { ServerContext } from '../registry/server-context.ts'
import type { AdmissionPlugin } from './admission.ts'

/** What plugins read; they never write. */
export type AdmissionState = Pick<ServerContext, 'store' | 'clock' | 'random' | 'registry' | 'serviceRange'>

/** The built-in plugins in Kubernetes' recommended order. */
export function admissionPlugins(_state: AdmissionState): AdmissionPlugin[] {
  return []
}
