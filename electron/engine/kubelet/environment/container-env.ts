import type { Container, EnvVar, Pod } from '../../../../shared/api/types/core-v1.ts'
import { StartFailure } from '../images.ts'
import { podSpec } from '../pod-containers.ts'
import type { PodSources } from '../pod-sources.ts'
import { expand } from './expand.ts'
import { type PodAddresses, podField, resourceField } from './pod-fields.ts'
import { serviceEnvironment, visibleServices } from './service-env.ts'

export interface EnvironmentInputs {
  readonly pod: Pod
  readonly container: Container
  readonly sources: PodSources
  readonly addresses: PodAddresses
  readonly allocatable: Readonly<Record<string, string>>
}

export interface ContainerEnvironment {
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly command: readonly string[] | undefined
  readonly args: readonly string[] | undefined
  /** Expands `$(NAME)` with this environment. */
  expand(text: string): string
}

/**
 * A container's environment and expanded command, in the kubelet's order: envFrom, env with `$(VAR)` of what came
 * before, then the service variables that nothing set. Missing sources throw CreateContainerConfigError.
 */
export async function containerEnvironment(inputs: EnvironmentInputs): Promise<ContainerEnvironment> {
  const { pod, container, sources } = inputs
  const namespace = pod.metadata.namespace ?? ''
  const links = podSpec(pod).enableServiceLinks ?? true
  const fromServices = serviceEnvironment(visibleServices(sources.services, namespace, links))
  const values = await envFrom(inputs)
  const lookUp = (name: string) => values.get(name) ?? fromServices.get(name)
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom ? await valueFrom(inputs, variable) : expand(variable.value ?? '', lookUp)
    if (value !== undefined) values.set(variable.name, value)
  }
  for (const [name, value] of fromServices) if (!values.has(name)) values.set(name, value)
  const expandAll = (texts: readonly string[] | undefined) =>
    texts?.length ? texts.map((text) => expand(text, (name) => values.get(name))) : undefined
  return {
    env: [...values].map(([name, value]) => ({ name, value })),
    command: expandAll(container.command),
    args: expandAll(container.args),
    expand: (text) => expand(text, (name) => values.get(name)),
  }
}

async function envFrom({ pod, container, sources }: EnvironmentInputs): Promise<Map<string, string>> {
  const namespace = pod.metadata.namespace ?? ''
  const values = new Map<string, string>()
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const ref = configMapRef ?? secretRef
    if (!ref) continue
    const name = ref.name ?? ''
    const found = configMapRef ? await sources.configMap(namespace, name) : await sources.secret(namespace, name)
    if (!found) {
      if (ref.optional) continue
      throw configError(`${configMapRef ? 'configmap' : 'secret'} "${name}" not found`)
    }
    const data = found.data ?? {}
    for (const key of Object.keys(data).sort()) {
      if (!key.includes('=')) values.set(prefix + key, (secretRef ? decode(data[key]) : data[key]) ?? '')
    }
  }
  return values
}

/** The value of `valueFrom`; undefined when it is optional and absent. */
async function valueFrom(inputs: EnvironmentInputs, variable: EnvVar): Promise<string | undefined> {
  const { pod, container, sources, addresses, allocatable } = inputs
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {}
  if (fieldRef) return podField(pod, fieldRef.fieldPath, addresses)
  if (resourceFieldRef) return resourceField(pod, container, resourceFieldRef, allocatable)
  const ref = configMapKeyRef ?? secretKeyRef
  if (!ref) return ''
  const kind = configMapKeyRef ? 'ConfigMap' : 'Secret'
  const namespace = pod.metadata.namespace ?? ''
  const name = ref.name ?? ''
  const found = configMapKeyRef ? await sources.configMap(namespace, name) : await sources.secret(namespace, name)
  if (!found) {
    if (ref.optional) return undefined
    throw configError(`${kind.toLowerCase()} "${name}" not found`)
  }
  const value = kind === 'Secret' ? decode(found.data?.[ref.key]) : found.data?.[ref.key]
  if (value !== undefined) return value
  if (ref.optional) return undefined
  throw configError(`couldn't find key ${ref.key} in ${kind} ${namespace}/${name}`)
}

function decode(value: string | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString()
}

function configError(message: string): StartFailure {
  return new StartFailure('CreateContainerConfigError', message)
}
