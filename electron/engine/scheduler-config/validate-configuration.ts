import { goQuote } from '../../../shared/api/go-text.ts'
import { duplicate, type FieldError, forbidden, invalid, required } from '../apiserver/machinery/field-error.ts'
import {
  EXTENSION_POINTS,
  type SchedulerConfiguration,
  type SchedulerProfileConfiguration,
} from '../scheduler/config/scheduler-configuration.ts'
import { checkPluginArgs } from './validate-plugin-args.ts'

const VERSION = 'kubescheduler.config.k8s.io/v1'
const REMOVED = ['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits']

/** ValidateKubeSchedulerConfiguration, all causes. */
export function validateConfiguration(
  configuration: SchedulerConfiguration,
  { extenders }: { readonly extenders: number },
): FieldError[] {
  const errors: FieldError[] = []
  const { parallelism, profiles, podInitialBackoffSeconds, podMaxBackoffSeconds } = configuration
  if (parallelism <= 0) errors.push(invalid('parallelism', parallelism, 'should be an integer value greater than zero'))
  for (const [at, profile] of profiles.entries()) {
    checkProfile(errors, `profiles[${at}]`, profile)
    const first = profiles.findIndex(({ schedulerName }) => schedulerName === profile.schedulerName)
    // Kubernetes reports the field that it repeats as the value.
    if (first < at) errors.push(duplicate(`profiles[${at}].schedulerName`, `profiles[${first}].schedulerName`))
  }
  checkQueueSort(errors, profiles)
  checkPercentage(errors, 'percentageOfNodesToScore', configuration.percentageOfNodesToScore)
  if (podInitialBackoffSeconds <= 0) {
    errors.push(invalid('podInitialBackoffSeconds', podInitialBackoffSeconds, 'must be greater than 0'))
  }
  if (podMaxBackoffSeconds < podInitialBackoffSeconds) {
    const detail = 'must be greater than or equal to PodInitialBackoffSeconds'
    errors.push(invalid('podMaxBackoffSeconds', podMaxBackoffSeconds, detail))
  }
  if (extenders > 0) errors.push(forbidden('extenders', 'this scheduler calls no extenders'))
  return errors
}

function checkProfile(errors: FieldError[], path: string, profile: SchedulerProfileConfiguration): void {
  const { schedulerName, percentageOfNodesToScore, plugins, pluginConfig } = profile
  if (schedulerName === '') errors.push(required(`${path}.schedulerName`))
  checkPercentage(errors, `${path}.percentageOfNodesToScore`, percentageOfNodesToScore)
  for (const point of EXTENSION_POINTS) {
    plugins[point]?.enabled?.forEach(({ name }, at) => {
      checkRemoved(errors, `${path}.plugins.${point}.enabled[${at}]`, name)
    })
  }
  for (const [at, { name, args }] of pluginConfig.entries()) {
    const own = `${path}.pluginConfig[${at}]`
    if (pluginConfig.slice(0, at).some((other) => other.name === name)) errors.push(duplicate(own, name))
    if (!checkRemoved(errors, own, name)) checkPluginArgs(errors, `${own}.args`, name, args)
  }
}

function checkRemoved(errors: FieldError[], path: string, name: string): boolean {
  if (!REMOVED.includes(name)) return false
  const version = goQuote(VERSION)
  errors.push(
    invalid(path, name, `was invalid in version ${version} (KubeSchedulerConfiguration is version ${version})`),
  )
  return true
}

function checkPercentage(errors: FieldError[], path: string, percentage: number | undefined): void {
  if (percentage === undefined || (percentage >= 0 && percentage <= 100)) return
  errors.push(invalid(path, percentage, 'not in valid range [0-100]'))
}

/** There is one queue for all profiles. */
function checkQueueSort(errors: FieldError[], profiles: readonly SchedulerProfileConfiguration[]): void {
  const first = profiles[0]?.plugins.queueSort ?? {}
  const count = first.enabled?.length ?? 0
  if (count > 1) {
    errors.push(invalid('profiles[0].plugins.queueSort.Enabled', count, 'only one queue sort plugin can be enabled'))
  }
  for (const [at, { plugins }] of profiles.entries()) {
    const own = plugins.queueSort ?? {}
    if (JSON.stringify(own) === JSON.stringify(first)) continue
    errors.push(invalid(`profiles[${at}].plugins.queueSort`, own, 'must be the same for all profiles'))
  }
}
