import { goQuote } from '../../../shared/api/go-text.ts'
import { ApiError } from '../../../shared/api/status.ts'
import { ConversionError, convertObject } from '../apiserver/machinery/convert.ts'
import { strictText } from '../apiserver/machinery/decode.ts'
import { aggregateText } from '../apiserver/machinery/field-error.ts'
import type { JsonObject } from '../apiserver/machinery/json-text.ts'
import { objectType } from '../apiserver/machinery/schema.ts'
import { parseYaml, YamlSyntaxError } from '../apiserver/machinery/yaml-text.ts'
import { buildProfile } from '../scheduler/config/build-profile.ts'
import {
  DEFAULT_CONFIGURATION,
  isConfigurable,
  type Plugins,
  type SchedulerConfiguration,
  type SchedulerProfileConfiguration,
  withDefaultArgs,
} from '../scheduler/config/scheduler-configuration.ts'
import { validateConfiguration } from './validate-configuration.ts'

const GROUP = 'kubescheduler.config.k8s.io'
const KIND = 'KubeSchedulerConfiguration'
const TYPES = 'io.k8s.kube-scheduler.config.v1'
const SCHEME = 'k8s.io/kubernetes/pkg/scheduler/apis/config/scheme/scheme.go:30'

/** What the file holds, before defaults. */
interface Decoded extends JsonObject {
  readonly parallelism?: number
  readonly percentageOfNodesToScore?: number
  readonly podInitialBackoffSeconds?: number
  readonly podMaxBackoffSeconds?: number
  readonly profiles?: readonly DecodedProfile[]
  readonly extenders?: readonly unknown[]
}

interface DecodedProfile {
  readonly schedulerName?: string
  readonly percentageOfNodesToScore?: number
  readonly plugins?: Plugins
  readonly pluginConfig?: readonly { readonly name: string; readonly args?: unknown }[]
}

/**
 * A KubeSchedulerConfiguration file as kube-scheduler reads it: unknown fields are refused, defaults filled in, everything
 * validated, its plugins known. Throws an Invalid ApiError in Kubernetes' words.
 */
export function parseConfiguration(text: string): SchedulerConfiguration {
  try {
    const decoded = decode(text)
    const configuration = withDefaults(decoded)
    const errors = validateConfiguration(configuration, { extenders: decoded.extenders?.length ?? 0 })
    if (errors.length > 0) throw refused(aggregateText(errors))
    for (const profile of configuration.profiles) buildProfile(profile)
    return configuration
  } catch (error) {
    const isRefusal = error instanceof YamlSyntaxError || error instanceof ConversionError
    throw isRefusal ? refused(error.message) : error
  }
}

function refused(message: string): ApiError {
  return new ApiError('Invalid', `invalid scheduler configuration: ${message}`)
}

function decode(text: string): Decoded {
  const { value, duplicateError } = parseYaml(text)
  requireKind(value, text)
  const { value: decoded, strictErrors } = convertObject(objectType(`${TYPES}.${KIND}`), value)
  const strict = [...(duplicateError === undefined ? [] : [duplicateError]), ...strictErrors]
  const configuration = decoded as Decoded
  const nested = (configuration.profiles ?? []).flatMap((profile, at) =>
    (profile.pluginConfig ?? []).flatMap(({ name, args }, position) => {
      const errors = unknownArgs(name, args, `decoding .profiles[${at}].pluginConfig[${position}]`)
      return errors === undefined ? [] : [errors]
    }),
  )
  if (strict.length + nested.length > 0) throw refused(strictText([...strict, ...nested]))
  return configuration
}

function requireKind(value: unknown, text: string): void {
  const { kind = '', apiVersion = '' } = (typeof value === 'object' && value !== null ? value : {}) as JsonObject
  if (kind === '') throw refused(`Object 'Kind' is missing in '${text}'`)
  if (apiVersion === '') throw refused(`Object 'apiVersion' is missing in '${text}'`)
  if (kind === KIND && apiVersion === `${GROUP}/v1`) return
  const [what, version] = [goQuote(String(kind)), goQuote(String(apiVersion))]
  throw refused(`no kind ${what} is registered for version ${version} in scheme ${goQuote(SCHEME)}`)
}

/** What is wrong with a plugin's arguments as strict decoding tells it; throws when they cannot be read at all. */
function unknownArgs(name: string, args: unknown, where: string): string | undefined {
  if (!isConfigurable(name)) return undefined
  const decoding = `decoding args for plugin ${name}`
  const { kind = `${name}Args` } = (args ?? {}) as JsonObject
  if (kind !== `${name}Args`) {
    throw refused(
      `${where}: args for plugin ${name} were not of type ${name}Args.${GROUP}, got ${String(kind)}.${GROUP}`,
    )
  }
  try {
    const { strictErrors } = decodeArgs(name, args)
    if (strictErrors.length === 0) return undefined
    return `${where}: ${strictText([`${decoding}: ${strictText(strictErrors)}`])}`
  } catch (error) {
    if (error instanceof ConversionError) throw refused(`${where}: ${decoding}: ${error.message}`)
    throw error
  }
}

function decodeArgs(name: string, args: unknown) {
  return convertObject(objectType(`${TYPES}.${name}Args`), args)
}

function withDefaults(decoded: Decoded): SchedulerConfiguration {
  const fallback = DEFAULT_CONFIGURATION
  const profiles = decoded.profiles?.length ? decoded.profiles : [{}]
  return {
    parallelism: decoded.parallelism ?? fallback.parallelism,
    percentageOfNodesToScore: decoded.percentageOfNodesToScore ?? fallback.percentageOfNodesToScore,
    podInitialBackoffSeconds: decoded.podInitialBackoffSeconds ?? fallback.podInitialBackoffSeconds,
    podMaxBackoffSeconds: decoded.podMaxBackoffSeconds ?? fallback.podMaxBackoffSeconds,
    profiles: profiles.map((profile) => profileOf(profile, profiles.length === 1 ? 'default-scheduler' : '')),
  }
}

/** Only a single profile may go without a name. */
function profileOf(profile: DecodedProfile, fallbackName: string): SchedulerProfileConfiguration {
  const { percentageOfNodesToScore } = profile
  return {
    schedulerName: profile.schedulerName ?? fallbackName,
    ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }),
    plugins: profile.plugins ?? {},
    pluginConfig: (profile.pluginConfig ?? []).map(({ name, args }) => ({
      name,
      args: isConfigurable(name) ? withDefaultArgs(name, decodeArgs(name, args).value) : args,
    })),
  }
}
